// Package schema generates the JSON schema of sweep files, with which editors check and
// complete them.
//
// It guarantees that the schema accepts every file that package sweeps accepts, except those
// with dotted names in quotes. The schema does not find all faults of a file: `eisweep plan`
// checks combinations of values, references and expressions.
//
// Start reading at JSON. values.go describes the values of parameters, tables.go the tables.
package schema
