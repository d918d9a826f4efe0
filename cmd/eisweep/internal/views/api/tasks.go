package api

import "eisweep/sweeps"

// SweepDetail answers GET /api/sweeps/{sweep}.
type SweepDetail struct {
	Sweep
	Parameters []Parameter    `json:"parameters"` // those that vary, in the order of the sweep file
	Seeds      []uint32       `json:"seeds"`      // of the tasks, ascending
	Reasons    map[string]int `json:"reasons"`    // how many results are suspect for each reason
	Classes    map[string]int `json:"classes"`    // how many tasks failed with each class
	TOML       string         `json:"toml"`       // the sweep file of the latest launch
}

// Parameter is a parameter that varies in a sweep.
type Parameter struct {
	Name   string `json:"name"` // dotted, as in sweep files; source.NAME for the value of a PERTURB task's network
	Unit   string `json:"unit"` // "" for none
	Values []any  `json:"values"`
	// Values are numbers or words, each once: numbers ascending, words in the order of the sweep file.
}

// Tasks answers GET /api/sweeps/{sweep}/tasks: the task table, by columns. With ?since=REVISION it has only the rows that changed
// since then, or all of them if that is not known any more. The stream's event "tasks" is one as well.
type Tasks struct {
	Sweep    string `json:"sweep"`
	Revision string `json:"revision"` // for ?since=; of no other meaning
	Full     bool   `json:"full"`     // Rows are all rows, and replace what was known
	Count    int    `json:"count"`    // of rows of the whole table
	// Rows are the places of the rows in the table, counted from 0; absent if Full: then row i is at place i.
	Rows []int `json:"rows,omitempty"`

	// What the columns refer to. Present in every answer; words are only appended between two answers with Full.
	Parameters  []Parameter `json:"parameters"`
	StateNames  []string    `json:"state_names"`  // waiting, pending, running, done, failed
	ClassNames  []string    `json:"class_names"`  // of failures
	ReasonNames []string    `json:"reason_names"` // why results are suspect
	HostNames   []string    `json:"host_names"`

	// The columns of identity, present only if Full, as they do not change.
	ID     []sweeps.ID `json:"id,omitempty"`
	Seed   []uint32    `json:"seed,omitempty"`
	Values [][]int32   `json:"values,omitempty"` // for each of Parameters: the place in its Values; -1 where the task has none

	// The columns of state, one entry for each row.
	State   []int     `json:"state"`   // place in StateNames
	Class   []int     `json:"class"`   // place in ClassNames; -1 unless failed
	Reasons []uint    `json:"reasons"` // bit i: ReasonNames[i]; 0 for a result that is not suspect, and without a result
	Host    []int     `json:"host"`    // place in HostNames, where it ran last; -1 where not known
	Attempt []int     `json:"attempt"` // of the run, from 1; 0 before the first
	Seconds []float64 `json:"seconds"` // that the last run took; 0 where not known
}

// Measures answers GET /api/sweeps/{sweep}/measures: of the results that are done, by columns, rows as those of Tasks. Measures that
// no command has computed yet are computed in the background: ask again while Missing is not 0.
type Measures struct {
	Sweep    string     `json:"sweep"`
	Revision string     `json:"revision"` // of Tasks: rows are places in the table of the same launch
	Measures []Measure  `json:"measures"`
	Values   [][]Number `json:"values"`  // for each of Measures; null for tasks without a result, and where the result has none
	Missing  int        `json:"missing"` // results whose measures are not known yet
	Rows     int        `json:"rows"`    // of each of Values
	// Others are further measures, which are left out because the table is large: ask for them with ?names=NAME,NAME.
	Others []string `json:"others"`
}

// Measure is a number that is computed from a result (docs/measures.md).
type Measure struct {
	Name       string `json:"name"`
	Unit       string `json:"unit"` // "1" for a pure number
	Definition string `json:"definition"`
}

// Failures answers GET /api/sweeps/{sweep}/failures.
type Failures struct {
	Sweep   string           `json:"sweep"`
	Classes []FailedClass    `json:"classes"` // the most frequent first
	Values  []FailedOfValues `json:"parameters"`
}

// FailedClass has the failures of one class.
type FailedClass struct {
	Class string        `json:"class"`
	Count int           `json:"count"`
	Rerun string        `json:"rerun"` // the command that runs them again, or what to do first
	Tasks []FailureLine `json:"tasks"` // the first 100 of them
}

// FailureLine is a task that failed.
type FailureLine struct {
	ID    sweeps.ID `json:"id"`
	Seed  uint32    `json:"seed"`
	Error string    `json:"error"`
}

// FailedOfValues counts failures by the values of one parameter.
type FailedOfValues struct {
	Name    string `json:"name"`
	Values  []any  `json:"values"`  // as Parameter's
	Tasks   []int  `json:"tasks"`   // for each value
	Failed  []int  `json:"failed"`  // of these
	Suspect []int  `json:"suspect"` // of these
}
