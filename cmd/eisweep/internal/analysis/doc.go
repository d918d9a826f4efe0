// Package analysis holds the commands that turn results into findings, `table`, `plot` and `report`, and what such commands share:
// which sweeps and files they read, what is known of each, and its measures.
//
// The commands read sweeps, directories and files, and write only the files that -o and --data name. Untrusted files are opened in probe
// processes. A file that cannot be read, is damaged or is no result is named on stderr and left out, and the exit code says so.
//
// Start reading at Choice in choice.go, then table.go, plot.go and report.go.
package analysis
