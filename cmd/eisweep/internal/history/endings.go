package history

import (
	"slices"

	"eisweep/coordinator/attempts"
	"eisweep/internal/events"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// Ending is how an attempt ended, or the task itself.
type Ending struct {
	Run     int
	Attempt int    // the number of the claim; 0 for the end of the task
	Token   string // "" for the end of the task
	Text    string
}

// Endings finds out why the attempts at a task ended.
type Endings struct {
	log  *events.Follower
	lost []events.Event // of attempts, which the log of events may have dropped; nil once they are returned
}

// NewEndings makes one for a task.
func NewEndings(r *root.Root, id sweeps.ID) *Endings {
	return &Endings{events.NewFollower(r, events.Query{About: id.String()}), attempts.LostAttempts(r, id)}
}

// Next returns the endings since the last call, in their order. The error says why the log of events cannot be read.
func (x *Endings) Next() (out []Ending, err error) {
	list, err := x.log.Next()
	if err == nil {
		known := map[string]bool{}
		for i := range list {
			if list[i].Ending() != "" {
				known[list[i].Token] = true
			}
		}
		x.lost = slices.DeleteFunc(x.lost, func(e events.Event) bool { return known[e.Token] })
		list, x.lost = append(x.lost, list...), nil
	}
	for i := range list {
		e := &list[i]
		if text := e.Ending(); text != "" {
			out = append(out, Ending{e.Run, e.Attempt, e.Token, text})
		}
	}
	return out, err
}
