// Package protocol defines what coordinator, workers and commands send to each other: the messages,
// the subjects and streams that carry them, and what each role may publish and subscribe to. It opens
// no connection.
//
// It guarantees that a message is read only in its canonical form and with every field in range: every
// error of reading one wraps ErrMessage. Another format or model version has other subjects, so a
// program never reads messages that it could misunderstand.
//
// Start reading at message.go, what is sent, and subjects.go, where to; then decode.go, how it is read,
// and grants.go, who may do what.
package protocol
