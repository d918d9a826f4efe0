package workers

import (
	"cmp"

	"eisweep/internal/control"
)

// Pool summarizes workers.
type Pool struct {
	Known, Connected, Taking int // workers; Taking: those that take tasks
	Slots, Busy              int // of those that take tasks
	// Memory is the most bytes that any of them has for tasks; 0: one of them has no limit, or there is none.
	Memory  int64
	Reason  string // why one of the others takes no tasks
	Refused string // what one has no memory for
}

// Summarize summarizes workers as Table.Known lists them.
func Summarize(list []control.Worker) Pool {
	var p Pool
	unlimited := false
	for _, w := range list {
		if w.Ended {
			p.Reason = cmp.Or(p.Reason, w.Name+" "+w.State)
			continue
		}
		p.Known++
		if w.Silent {
			continue
		}
		p.Connected++
		if !w.Takes() {
			p.Reason = w.Name + " says: " + w.State
			continue
		}
		p.Taking++
		if w.Refused != "" {
			p.Refused = w.Name + " says: " + w.Refused
		}
		p.Slots, p.Busy = p.Slots+w.Slots, p.Busy+w.Busy
		p.Memory, unlimited = max(p.Memory, w.Memory), unlimited || w.Memory == 0
	}
	if unlimited {
		p.Memory = 0
	}
	return p
}
