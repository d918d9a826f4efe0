// Package explain says why a sweep or a task is not running, or how it ended.
//
// Explainer owns nothing: it reads what the other parts of the coordinator know. It reports one obstacle, the most
// important, with a remedy. It makes no requests to the queue, and reads files only about sweeps and tasks that the
// coordinator has not launched or that are settled.
//
// Start reading at explain.go; sweep.go explains sweeps, task.go tasks, and idle.go says why no worker takes a task.
package explain
