// Package schema describes sweep files by a JSON schema, with which editors check and complete
// them.
//
// It guarantees that every file that package sweeps accepts is valid, unless it writes dotted
// names in quotes. It does not find all faults of a file: combinations of values, references
// and expressions are left to `eisweep plan`.
//
// Start reading at JSON. values.go describes the values of parameters, tables.go the tables.
package schema
