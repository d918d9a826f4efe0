package worker

import (
	"time"

	"eisweep/internal/atomicfile"
)

// readPauses are the pauses between attempts at reading what the system does not give: a file
// server may not answer for a moment, or a process have too many files open.
var readPauses = []time.Duration{100 * time.Millisecond, time.Second, 3 * time.Second}

// patiently repeats a reading that the system refused, other than by saying that there is no
// such file: to begin anew costs hours of computing. What the file itself says is no reason.
func (c *Checkpoints) patiently(path string, read func() error) error {
	err := read()
	for _, pause := range readPauses {
		if !atomicfile.IsRefused(err) || c.ended() {
			break
		}
		c.say("%s cannot be read and is tried again in %v: %v", path, pause, err)
		time.Sleep(pause)
		err = read()
	}
	return err
}
