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
	type run struct {
		id sweeps.ID
		n  int
	}
	out := &Cost{}
	runs, last := map[run]float64{}, map[sweeps.ID]manifest.Line{} // seconds of each run: verify may have written its line again
	for line, err := range manifest.Read(r.Manifest(sweep)) {
		if err != nil {
			return nil, err
		}
		if line.ReusedFrom == "" && line.State != manifest.Superseded {
			runs[run{line.ID, line.Run}] = line.Seconds
		}
		last[line.ID] = manifest.Line{State: line.State, Seconds: line.Seconds, Bytes: line.Bytes, ReusedFrom: line.ReusedFrom}
	}
	for _, seconds := range runs {
		out.Spent += seconds
	}
	computed, seconds := 0, 0.0
	for _, line := range last {
		if line.State != manifest.Done {
			continue
		}
		out.Bytes += line.Bytes
		if line.ReusedFrom == "" {
			computed, seconds = computed+1, seconds+line.Seconds
		}
	}
	if computed > 0 {
		mean := seconds / float64(computed)
		out.PerTask = &mean
	}
	for i := range running {
		if t := &running[i]; t.Sweep == sweep && !t.Since.IsZero() {
			out.Spent += max(0, now.Sub(t.Since).Seconds())
		}
	}
	return out, nil
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
