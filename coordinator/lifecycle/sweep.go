package lifecycle

// Status says whether workers are offered a sweep's tasks.
type Status string

// The statuses of a sweep. A finished sweep keeps the one that it had.
const (
	Open      Status = "open"
	Paused    Status = "paused"
	Cancelled Status = "cancelled"
)

// sweepState counts a launched sweep's tasks by phase.
type sweepState struct {
	total    int
	phases   [phases]int
	launched bool // all its tasks have been requested
	finished bool
	status   Status
}

// finish finishes those of the sweeps whose tasks are all settled.
func (m *Machine) finish(names []string) []Command {
	var out []Command
	for _, s := range names {
		if t := m.sweeps[s]; t.launched && !t.finished && t.phases[Done]+t.phases[Failed]+t.phases[dropped] == t.total {
			t.finished = true
			out = append(out, FinishSweep{s})
		}
	}
	return out
}

// reopen makes finished sweeps unfinished: one of their tasks is run again.
func (m *Machine) reopen(names []string) []Command {
	var out []Command
	for _, s := range names {
		if t := m.sweeps[s]; t.finished {
			t.finished = false
			out = append(out, OpenSweep{s})
		}
	}
	return out
}
