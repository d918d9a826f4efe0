// Package inspect holds the read models behind `status`, `show` and `tasks`: a sweep's overview, its points and failures, and
// everything that is known about one task or result file, each as text and as JSON.
//
// It reads the root, and the answers of the coordinator or the report of a `run`. It changes nothing and sends no requests. It
// opens untrusted files in a probe process.
//
// Start reading at sweep_overview.go for sweeps, at task_record.go for tasks and files.
package inspect
