// Package table holds tables of tasks and their measures: one row per task or result file, summaries over seeds, paired
// differences, and the formats in which they are written.
//
// A summary does not depend on the order of the rows, and the bootstrap draws the same resamples on every machine. Values that are
// missing or not numbers are left out of summaries; they are empty fields in CSV, null in JSON and Parquet, and "-" in text.
//
// The package reads no files and computes no measures: its callers fill the columns.
//
// Start reading at Table in table.go, then By in summary.go and Versus in pairs.go.
package table
