// Package access controls access to the embedded NATS server of a coordinator: who may connect, and how they find
// the server.
//
// A coordinator is an Authority: it has a certificate authority of its own for each
// root and one NKey for each role, kept in its state directory. It leaves two files in
// the root, worker.access and client.access, and whoever can read one is connected
// without further ado. The files are refused if others than their owner could have
// written them, and a server that does not prove to be the root's is not spoken to,
// at whatever address it answers. The package guarantees that secrets show in no
// text that is made of its types. It does not protect from those who may read the
// files, nor one worker from another: they share a key.
//
// Start reading at file.go, the contents of such a file; authority.go writes them.
//
// NKeys and certificates are used here and nowhere else; internal/protocol defines
// what a role may do.
package access
