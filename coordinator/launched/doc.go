// Package launched keeps the sweeps that a coordinator has launched or resumed.
//
// Table owns them, and the task that a launch is submitting at the moment. Sweep keeps of a sweep what a launch said, and
// counts its results, failures and work. The coordinator's lock guards both.
//
// Tasks are not kept: a task is created again from the index that the state machine stores, which keeps a sweep of a million
// tasks small. The package reads no files, and changes nothing but its counts.
//
// Start reading at Table (table.go), then Sweep (sweep.go).
package launched
