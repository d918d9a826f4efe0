// Package problems defines what is wrong in a root, as coordinators report it and commands and pages show it.
//
// It guarantees one order, worst first, and that texts are single lines of bounded length. It finds no problems itself.
//
// Start reading at problem.go.
package problems
