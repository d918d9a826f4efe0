// Package analysis holds the commands that analyse results, `table`, `plot`, `report` and `show --methods`, and their common parts: how
// they find sweeps and files, and read the quality and the measures of each result.
//
// The commands read sweeps, directories and files, and write only the files that -o and --data name, and the cache of measures. Child
// processes open untrusted files. Files that are unreadable, damaged or not results are named on stderr and left out, and the exit code
// is then not 0.
//
// Start reading at Choice in choice.go, then table.go, plot.go, report.go and methods.go.
package analysis
