// Package catalog knows what the manifests and files of a root say: which tasks are done, failed or
// new, where their results are and whether those are intact, and what sweeps may refer to.
//
// It guarantees that every command judges a result by the same definition of intact, that files are
// hashed once for each modification time, and that what it cannot find out is an error and never
// taken for a missing result. It reads; what it writes is a cache of hashes, which may be removed.
// It does not decide what a launch does about a task, and knows nothing about the queue.
//
// Start reading at Catalog (catalog.go), then Find (lookup.go) and Check (file_state.go).
package catalog
