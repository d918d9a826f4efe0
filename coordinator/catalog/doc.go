// Package catalog reads the manifests and files of a root: which tasks are done, failed or new, where their results are and
// whether those are intact, and what sweeps may refer to.
//
// It guarantees that every command judges a result by the same definition of intact, that files are hashed once for each
// modification time, and that a result that it cannot check is reported as an error and never as missing. A coordinator's
// catalog keeps nothing in memory of finished sweeps: it reads their manifests when somebody asks for them (finished.go).
// The package writes only caches: hashes, measures, and the ids that finished sweeps have. It does not decide what a launch does
// about a task, and knows nothing about the queue.
//
// Start reading at Catalog (catalog.go), then Find (lookup.go) and Check (file_state.go). The catalog of a million tasks fits into some
// hundred megabytes because of taskTable (task_table.go) and nameTable (name_table.go).
package catalog
