// Package inspect holds the read models behind `status`, `show` and `tasks`: a sweep's overview, its points and failures, and all
// that is known of one task or result file, each as text and as JSON.
//
// It reads the root and what a coordinator has answered; it changes nothing, and asks nobody. Untrusted files are opened in a
// probe process.
//
// Start reading at sweep_overview.go for sweeps, at task_record.go for tasks and files.
package inspect
