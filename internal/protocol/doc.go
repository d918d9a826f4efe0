// Package protocol defines what the coordinator, workers and commands send to each other: the messages, the
// subjects and streams that carry them, and what each role may publish and subscribe to. It opens no
// connection.
//
// It guarantees that a message is accepted only in its canonical form and with every field in range. Every
// error of reading a message wraps ErrMessage. Other versions of the format or the model have other subjects,
// so a program never reads messages that it could misunderstand.
//
// Start reading at message.go, which defines the messages, and subjects.go, their addresses; then decode.go,
// which reads them, and grants.go, which says who may do what.
package protocol
