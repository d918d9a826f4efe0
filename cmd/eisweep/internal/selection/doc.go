// Package selection turns what a person names on the command line into a root directory, sweeps and tasks: sweep files and shipped
// sweeps with their overrides, the names of launched sweeps, and filters of tasks.
//
// It changes nothing under the root. It reports all errors in all named sweeps together, and every error is an input error unless
// storage fails.
//
// Start reading at sweeps.go for what `run` and `launch` take, at task_filter.go for `rerun` and `tasks`.
package selection
