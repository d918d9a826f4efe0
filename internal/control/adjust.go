package control

// VerbAdjust asks to give launched sweeps another priority, or another limit of tasks at a time: Adjust, Adjusted.
const VerbAdjust = "adjust"

// Adjust says what launched sweeps get. What is nil stays.
type Adjust struct {
	Sweeps     []string `json:"sweeps"`
	Priority   *int     `json:"priority,omitempty"`
	MaxRunning *int     `json:"max_running,omitempty"` // 0: any number
}

// Adjusted has the result for each sweep that was named.
type Adjusted struct {
	Sweeps []AdjustedSweep `json:"sweeps"`
}

// AdjustedSweep is what a sweep has now.
type AdjustedSweep struct {
	Name       string `json:"name"`
	Priority   int    `json:"priority"`
	MaxRunning int    `json:"max_running"` // 0: any number
	Changed    bool   `json:"changed"`
}
