package plan

import (
	"fmt"
	"strings"

	"eisweep/internal/control"
)

// DropError says that a launch leaves out finished tasks, or restores tasks that a rerun replaced.
type DropError struct {
	Sweeps []control.SweepPlan // those that do
}

// Drops is DropsIn of the plan's sweeps.
func (p *Plan) Drops() error { return DropsIn(p.Summary().Sweeps) }

// DropsIn is the error of a launch that may not leave finished tasks out; nil if it leaves out none.
func DropsIn(planned []control.SweepPlan) error {
	var e DropError
	for i := range planned {
		if planned[i].Drops() {
			e.Sweeps = append(e.Sweeps, planned[i])
		}
	}
	if len(e.Sweeps) == 0 {
		return nil
	}
	return &e
}

// maxDropping is how many sweeps the error describes.
const maxDropping = 5

func (e *DropError) Error() string {
	var out []string
	for i := range e.Sweeps {
		if i == maxDropping {
			out = append(out, fmt.Sprintf("and so do %d more sweeps", len(e.Sweeps)-i))
			break
		}
		out = append(out, fmt.Sprintf("the launch of %s %s", e.Sweeps[i].Name, e.Sweeps[i].DropText()))
	}
	return strings.Join(out, "; ") + "; --drop confirms it, their files are kept"
}
