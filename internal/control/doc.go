// Package control is what people's commands and a coordinator say to each other:
// the requests, and how plans, progress and ends of sweeps are told.
//
// It guarantees that a request is answered by the coordinator of the root or not
// at all, and that a refusal says what to do. It does not decide anything, and
// nothing of it is stored.
//
// Start reading at request.go, what can be asked for; client.go asks, and
// coordinator answers.
package control
