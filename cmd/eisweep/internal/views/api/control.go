package api

import "eisweep/internal/control"

// Steer is the body of POST /api/sweeps/{sweep}/pause, resume and cancel.
type Steer struct {
	Preview bool `json:"preview"` // only say what would happen
}

// Prioritize is the body of POST /api/sweeps/{sweep}/priority.
type Prioritize struct {
	Priority int  `json:"priority"` // higher first; 0 is the default
	Preview  bool `json:"preview"`
}

// Rerun is the body of POST /api/sweeps/{sweep}/rerun: which tasks, as the options of `eisweep rerun` choose them. At least one field
// besides Preview must be set.
type Rerun struct {
	Failed  bool     `json:"failed"`
	Suspect bool     `json:"suspect"`
	Class   string   `json:"class"`
	Tasks   []string `json:"tasks"` // ids
	Preview bool     `json:"preview"`
}

// Drain is the body of POST /api/workers/drain.
type Drain struct {
	Targets []string `json:"targets"` // names of workers, or hosts
	Preview bool     `json:"preview"`
}

// Effect answers every request that controls something: what happened, or with preview what would happen.
type Effect struct {
	Preview  bool     `json:"preview"`
	Text     string   `json:"text"`     // one sentence
	Details  []string `json:"details"`  // further sentences, such as warnings
	Names    []string `json:"names"`    // of the tasks (files) or workers that are affected, at most 100
	Count    int      `json:"count"`    // of what is affected, also beyond Names
	Changed  bool     `json:"changed"`  // false if nothing had, or has, to be done
	Confirm  bool     `json:"confirm"`  // a preview: the action takes something back or ends something; ask before doing it
	Sweep    *Steered `json:"sweep"`    // of pause, resume and cancel, once done
	Plan     *Plan    `json:"plan"`     // of rerun
	Unknown  []string `json:"unknown"`  // of drain: targets that name no worker
	Status   string   `json:"status"`   // the sweep's status now; "" for drain
	Priority int      `json:"priority"` // the sweep's priority now
}

// Steered is what became of a sweep.
type Steered = control.SteeredSweep

// Plan is what a rerun does, or would do.
type Plan = control.SweepPlan
