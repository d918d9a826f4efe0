// Package meters counts and times what a coordinator and a worker do, for Prometheus.
//
// Coordinator and Worker are collectors, which the process registers. They guarantee that every series exists from the start, at
// 0, and that no label has values from outside: experiments, classes and ends are closed lists. They count since the process
// started, and keep nothing. What is true at a moment, such as the states of tasks, is not here: the telemetry of a process asks
// for it.
//
// Start reading at coordinator.go.
package meters
