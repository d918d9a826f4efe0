// Package access controls access to the embedded NATS server of a coordinator: who may connect, and how they find
// the server.
//
// A coordinator is an Authority: it has a certificate authority of its own for each root and one NKey for each
// role, kept in its state directory. It leaves two files in the root, worker.access and client.access, and
// whoever can read one of them can connect. The package rejects files that anyone but their owner could have
// written. It refuses to talk to a server that cannot prove that it belongs to the root, whatever its address. It
// guarantees that formatting its types reveals no secrets. It does not protect against users who may read the
// files, or workers from each other: they share a key.
//
// Start reading at file.go, the contents of such a file; authority.go writes them.
//
// NKeys and certificates are used here and nowhere else; internal/protocol defines
// what a role may do.
package access
