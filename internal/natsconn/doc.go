// Package natsconn connects to NATS and stays connected: to a server in this process, to the server of a
// coordinator that an access file describes, or to one of a site.
//
// It guarantees that a connection is restored whenever it breaks, that a request is repeated until NATS
// answers it or the caller's context ends, and that its errors say why NATS cannot be used: no server
// answers (ErrUnreachable), the credential is refused (ErrRefused), a permission is missing (ErrPermission),
// there is no JetStream (ErrNoJetStream), or there is no room for more (ErrLimit). Where no answer can
// arrive any more, the connection is lost, and everything that waits ends with Err.
//
// Start reading at conn.go, the connection; connect.go is how a server is reached: in this process, by an
// access file (dial.go) or at a site (site.go). retry.go repeats requests; transient.go and errors.go
// classify errors.
package natsconn
