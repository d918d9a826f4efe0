package control

import "time"

// VerbScaling asks about the jobs that the coordinator has a batch system run workers
// in: Scaling, Scaled. One that submits none refuses it as Unknown.
const VerbScaling = "scaling"

// Scaling asks how many jobs there are, and tells to go on submitting them.
type Scaling struct {
	GoOn bool `json:"go_on"`
}

// Scaled is how the coordinator's jobs stand.
type Scaled struct {
	Most     int       `json:"most"`      // jobs at a time
	Jobs     int       `json:"jobs"`      // that wait or run, as far as is known
	Failures int       `json:"failures"`  // in a row
	Stopped  string    `json:"stopped"`   // why none are submitted any more; "" if they are
	NotUntil time.Time `json:"not_until"` // no job is submitted before
	Trouble  string    `json:"trouble"`   // the last failure; "" if what followed succeeded
}
