// Package results reads and writes the HDF5 file of one task's result (docs/result-files.md),
// with a /task group that describes the task.
//
// It guarantees that a result file is whole or not there, holds nothing but what
// follows from the task, has the same digest wherever it was computed and
// however it was compressed, and is read by the programs that read the published
// files. It does not decide where files lie or what they are called, and it does
// not survive every damaged HDF5 file within this process: files of unknown
// origin go through Prober.
//
// Start reading at Write (write.go) and layout (layout.go); for the way back at
// ReadSource (source.go).
package results
