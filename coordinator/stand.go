package coordinator

import (
	"encoding/json"
	"fmt"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// Standing is what a coordinator must know of a launched sweep, besides its file
// and its manifest, to go on with it after a restart.
type Standing struct {
	Format   int           `json:"format"` // 1
	Stand    control.Stand `json:"stand"`
	Priority int           `json:"priority"`
	Launched time.Time     `json:"launched"`
	File     storedFile    `json:"file"` // the file of the latest launch
	// Reruns are the orders, by task, that a rerun gave and the manifest may not tell:
	// their run numbers.
	Reruns map[sweeps.ID]int `json:"reruns,omitempty"`
}

// maxRecord bounds what is read of a record, in bytes. A task that is rerun takes some 45 of them.
const maxRecord = 1 << 30

func standFile(r *root.Root, sweep string) string { return r.Private("stands", sweep+".json") }

// ReadStanding reads how a sweep stands for the coordinators of the root. The error
// wraps fs.ErrNotExist when none launched it.
func ReadStanding(r *root.Root, sweep string) (*Standing, error) {
	text, err := atomicfile.Read(standFile(r, sweep), maxRecord)
	if err != nil {
		return nil, fmt.Errorf("read stand of sweep %s: %w", sweep, err)
	}
	var s Standing
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("read stand of sweep %s: %s: %w; launch the sweep again", sweep, standFile(r, sweep), err)
	}
	if s.Format != 1 {
		return nil, fmt.Errorf("read stand of sweep %s: %s is of format %d, this program knows format 1", sweep, standFile(r, sweep), s.Format)
	}
	return &s, nil
}

// standing is what the stand file of a launched sweep is to say.
func (k *Coordinator) standing(s *launchedSweep) *Standing {
	out := &Standing{Format: 1, Stand: k.stand(s), Priority: s.priority, Launched: s.launched, File: s.file, Reruns: map[sweeps.ID]int{}}
	for id := range s.reruns {
		if t, ok := k.machine.Task(id); ok && !t.IsSettled() {
			out.Reruns[id] = t.Run
		}
	}
	return out
}

func (k *Coordinator) stand(s *launchedSweep) control.Stand {
	if is := k.machine.Status(s.name); !k.isComplete(s.name) || is == lifecycle.Cancelled {
		return control.Stand(is)
	}
	return control.Finished
}

// standOf is stand by the sweep's name; "" when it was not launched.
func (k *Coordinator) standOf(sweep string) control.Stand {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s := k.sweep(sweep); s != nil {
		return k.stand(s)
	}
	return ""
}

// writeStanding makes a sweep's stand durable. A coordinator of `run` leaves none:
// what it doesn't finish is not gone on with until it is run again.
func (k *Coordinator) writeStanding(name string, s *Standing) error {
	if k.config.Exclusive {
		return nil
	}
	return saveStanding(k.config.Root, name, s)
}

func saveStanding(r *root.Root, name string, s *Standing) error {
	if err := atomicfile.Mkdir(r.Private("stands"), 0o700); err != nil {
		return fmt.Errorf("note stand of sweep %s: %w", name, err)
	}
	text, err := json.Marshal(s)
	if err == nil {
		err = atomicfile.Write(standFile(r, name), append(text, '\n'), 0o644)
	}
	if err != nil {
		return fmt.Errorf("note stand of sweep %s: %w", name, err)
	}
	return nil
}
