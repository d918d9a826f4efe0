package control

import (
	"fmt"
	"strings"
)

// Plan is what a launch does, or would do.
type Plan struct {
	Sweeps []SweepPlan `json:"sweeps"`
	// Hooks says that the launch has hooks, and that the coordinator knows what they are.
	Hooks bool `json:"hooks,omitempty"`
}

// SweepPlan is a Plan's part for one sweep.
type SweepPlan struct {
	Name string `json:"name"`
	Dir  string `json:"dir"`
	PlanCounts
}

// PlanCounts says how many tasks of a sweep are in which case.
type PlanCounts struct {
	Tasks     int      `json:"tasks"`
	New       int      `json:"to_run"`     // to be executed, now
	Retried   int      `json:"retried"`    // of New: failed before, because of storage, a lost worker or their source
	Damaged   int      `json:"damaged"`    // of New: their files differ from the manifest
	Waiting   int      `json:"waiting"`    // to be executed when their source is done
	Blocked   int      `json:"blocked"`    // not executable: their source is neither done nor part of the request
	Done      int      `json:"done"`       // in place
	Linked    int      `json:"linked"`     // done by another sweep, or under another name
	Settled   int      `json:"settled"`    // failed with class numeric or invalid, and left so
	Conflicts int      `json:"superseded"` // files of other tasks in the way, which are moved if the launch may do so
	Gone      []string `json:"gone"`       // files of earlier launches that are not part of this one
	Restored  int      `json:"restored"`   // that a rerun had replaced, and that are wanted in place of their replacements
	Dropped   int      `json:"dropped"`    // unfinished tasks of an earlier launch that are not part of this one
	Resumes   bool     `json:"resumes"`    // the sweep is paused, and the launch resumes it

	DroppedDone  int    `json:"dropped_done"`            // of the previous launch, done, that this one doesn't have
	DroppedWhich string `json:"dropped_which,omitempty"` // what tells those from the tasks of this launch: "seeds 11–12"
	// DroppedSource is the source sweep that no longer has the networks of some of them; "" if it has all.
	DroppedSource string `json:"dropped_source,omitempty"`
	Previous      string `json:"previous_launch,omitempty"` // where the previous launch is kept if it has dropped tasks, relative to Dir

	Later int `json:"later"` // that [until] may add to Tasks
}

// Drops reports whether the launch leaves out finished tasks, or restores tasks that a rerun replaced.
func (s *SweepPlan) Drops() bool { return s.DroppedDone+s.Restored > 0 }

// EarlierResults is the number of results of earlier launches that this launch leaves out, beside those that it drops.
func (s *SweepPlan) EarlierResults() int { return max(0, len(s.Gone)-s.DroppedDone) }

// DropText says so: "drops 24 finished tasks (seeds 11–12)".
func (s *SweepPlan) DropText() string {
	var out []string
	if s.DroppedDone > 0 {
		text := fmt.Sprintf("drops %s (%s)", Count(s.DroppedDone, "finished task"), s.DroppedWhich)
		if s.DroppedSource != "" {
			text += ", whose networks are no longer in the sweep " + s.DroppedSource
		}
		out = append(out, text)
	}
	if s.Restored > 0 {
		out = append(out, fmt.Sprintf("restores %s that `rerun --set` replaced", Count(s.Restored, "task")))
	}
	return strings.Join(out, " and ")
}

// Conflicts is the number of files of other tasks that are in the way.
func (p *Plan) Conflicts() int {
	n := 0
	for i := range p.Sweeps {
		n += p.Sweeps[i].Conflicts
	}
	return n
}

// Later is the number of tasks that [until] may add.
func (p *Plan) Later() int {
	n := 0
	for i := range p.Sweeps {
		n += p.Sweeps[i].Later
	}
	return n
}

// Executes is the number of tasks that the launch executes.
func (p *Plan) Executes() int {
	n := 0
	for i := range p.Sweeps {
		n += p.Sweeps[i].New + p.Sweeps[i].Waiting
	}
	return n
}
