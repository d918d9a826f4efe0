// Package control defines the requests of commands to a coordinator, and its answers: plans, progress and results of
// sweeps.
//
// It guarantees that a request is answered by the coordinator of the root or not at all, and that a refusal gives a
// remedy. It makes no decisions and stores nothing.
//
// Start reading at request.go, the requests; client.go sends them, and the coordinator answers.
package control
