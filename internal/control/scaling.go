package control

import "time"

// VerbScaling asks about the batch jobs that the coordinator submits to run workers: Scaling, Scaled. A coordinator that submits
// none refuses the request as Unknown.
const VerbScaling = "scaling"

// Scaling asks for the state of the jobs. Resume has the coordinator submit jobs again after it stopped.
type Scaling struct {
	Resume bool `json:"resume"`
}

// Scaled is the state of the coordinator's jobs.
type Scaled struct {
	Max      int       `json:"max"`      // jobs at a time, at most
	Jobs     int       `json:"jobs"`     // pending and running ones, as far as is known
	Failures int       `json:"failures"` // in a row
	Stopped  string    `json:"stopped"`  // why no jobs are submitted any more; "" while they are
	RetryAt  time.Time `json:"retry_at"` // no job is submitted before
	Error    string    `json:"error"`    // of the last submission; "" after one that succeeded
}
