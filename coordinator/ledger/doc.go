// Package ledger makes durable what a coordinator has decided: the lines of manifests, and the names of results that they
// refer to. It acknowledges outcomes afterwards.
//
// Ledger owns the manifests that are open for writing, the lines that are not written yet, the lines that could not be
// written, and the outcomes that wait for one of them. The coordinator's lock guards it all.
//
// It guarantees that a directory is synced before a line refers to a name in it; that the lines of a sweep are written in
// their order, also when some of them have to be tried again; and that an outcome is acknowledged, and its file in
// incoming removed, only once all lines of its task are durable. It does not decide what the lines say, nor when a write
// that failed is tried again.
//
// Start reading at Ledger (ledger.go), then write.go and outcomes.go. manifests.go has the open files, and fence.go what a
// new owner of a root does before it writes.
package ledger
