package inspect

import (
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// Cost is what a sweep has taken so far. A task takes one core, so its seconds are core-seconds.
type Cost struct {
	Spent   float64  `json:"spent"`            // seconds of all runs that ended, and of the attempts that are running
	PerTask *float64 `json:"seconds_per_task"` // mean of the results that were computed in the sweep; null without one
	Bytes   int64    `json:"bytes"`            // of the results in the directory
}

// ReadCost reads the cost of a sweep from its manifest, and adds the time of attempts that are running until now. Results that were
// linked from other sweeps take no time.
func ReadCost(r *root.Root, sweep string, running []control.RunningTask, now time.Time) (*Cost, error) {
	var c CostReader
	if err := c.Read(r.Manifest(sweep)); err != nil {
		return nil, err
	}
	out := c.Cost()
	c.AddRunning(out, sweep, running, now)
	return out, nil
}

// CostReader reads the cost of a sweep from its manifest, and continues when that has grown. The zero value has read nothing.
type CostReader struct {
	end  int64               // of what was read
	runs map[taskRun]float64 // seconds of each run: verify may have written its line again
	last map[sweeps.ID]taskCost
}

type taskRun struct {
	id  sweeps.ID
	run int
}

// taskCost is what the last line of a task says.
type taskCost struct {
	isDone, isComputed bool
	seconds            float64
	bytes              int64
	finished           int64 // Unix time in nanoseconds
}

// End is how many bytes of the manifest were read.
func (c *CostReader) End() int64 { return c.end }

// Read reads the lines of a manifest that it has not read yet.
func (c *CostReader) Read(path string) error {
	if c.runs == nil {
		c.runs, c.last = map[taskRun]float64{}, map[sweeps.ID]taskCost{}
	}
	for line, err := range manifest.ReadFrom(path, c.end) {
		if err != nil {
			return err
		}
		c.end = line.End
		if line.ReusedFrom == "" && line.State != manifest.Superseded {
			c.runs[taskRun{line.ID, line.Run}] = line.Seconds
		}
		c.last[line.ID] = taskCost{line.State == manifest.Done, line.ReusedFrom == "", line.Seconds, line.Bytes, line.Finished.UnixNano()}
	}
	return nil
}

// Cost is the cost of all runs that have ended.
func (c *CostReader) Cost() *Cost {
	out := &Cost{}
	for _, seconds := range c.runs {
		out.Spent += seconds
	}
	computed, seconds := 0, 0.0
	for _, task := range c.last {
		if !task.isDone {
			continue
		}
		out.Bytes += task.bytes
		if task.isComputed {
			computed, seconds = computed+1, seconds+task.seconds
		}
	}
	if computed > 0 {
		mean := seconds / float64(computed)
		out.PerTask = &mean
	}
	return out
}

// AddRunning adds the time of attempts that are running until now to a cost. The manifest may be newer than the list of attempts:
// an attempt that has ended by it is in the cost. A nil reader knows of none that has.
func (c *CostReader) AddRunning(to *Cost, sweep string, running []control.RunningTask, now time.Time) {
	for i := range running {
		if t := &running[i]; t.Sweep == sweep && !t.Since.IsZero() && !c.hasEnded(t) {
			to.Spent += max(0, now.Sub(t.Since).Seconds())
		}
	}
}

func (c *CostReader) hasEnded(t *control.RunningTask) bool {
	if c == nil {
		return false
	}
	task, ok := c.last[t.ID]
	return ok && task.finished > t.Since.UnixNano()
}

// Text formats the cost; "" if there is none.
func (c *Cost) Text() string {
	if c == nil {
		return ""
	}
	spent, each, size := "", "", ""
	if c.Spent > 0 {
		spent = cli.Seconds(c.Spent) + " spent"
	}
	if c.PerTask != nil {
		each = cli.Seconds(*c.PerTask) + " per task"
	}
	if c.Bytes > 0 {
		size = cli.Size(c.Bytes)
	}
	return cli.JoinNonEmpty(spent, each, size)
}
