// Package shipped holds the sweep files that come with the program.
//
// It guarantees that each is a valid sweep of the same name, and that it begins with a
// comment on what it is for. Package sweeps reads them.
//
// Start reading at Read.
package shipped
