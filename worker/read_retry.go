package worker

import (
	"time"

	"eisweep/internal/atomicfile"
)

// readPauses are the pauses between attempts to read what the system does not provide: a file server may not
// answer for a moment, or a process may have too many files open.
var readPauses = []time.Duration{100 * time.Millisecond, time.Second, 3 * time.Second}

// withRetries repeats a reading that the system refused, unless it said that the file does not exist: starting
// over costs hours of computing. An error in the file's own contents is no reason to repeat.
func (c *Checkpoints) withRetries(path string, read func() error) error {
	err := read()
	for _, pause := range readPauses {
		if !atomicfile.IsRefused(err) || c.stopped() {
			break
		}
		c.say("%s cannot be read and is tried again in %v: %v", path, pause, err)
		time.Sleep(pause)
		err = read()
	}
	return err
}
