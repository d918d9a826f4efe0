// Package results reads and writes the HDF5 file of one task's result (docs/result-files.md), which describes its task
// in the group /task.
//
// It guarantees that a result file is either complete or absent, contains only what follows from the task, has the same
// digest on every machine and with any compression, and can be read by the programs that read the published files. It
// does not choose directories or names, and this process may crash on a damaged HDF5 file: use Prober for files of
// unknown origin. Other packages read such files by a Query, whose Answer runs in the Prober's child.
//
// Start reading at Write (write.go) and layout (layout.go) for writing, at ReadSource (source.go) for reading, and at
// Reader (reader.go) and Ask (ask.go) for queries.
package results
