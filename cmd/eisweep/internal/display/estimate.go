package display

import (
	"fmt"

	"eisweep/cmd/eisweep/internal/cli"
)

// Estimate is the cost of the tasks that a plan would run.
type Estimate struct {
	CPUSeconds float64 `json:"cpu_seconds"`
	Bytes      int64   `json:"bytes"`
}

// Text formats an estimate for so many tasks in parallel.
func (x *Estimate) Text(workers int) string {
	disk := "about " + cli.Size(x.Bytes) + " on disk"
	if x.CPUSeconds == 0 {
		return disk + "; the time could not be measured"
	}
	words := cli.Seconds(x.CPUSeconds) + " of CPU time"
	if hours := x.CPUSeconds / 3600; hours >= 1 {
		words = fmt.Sprintf("%s CPU-hours", cli.Thousands(hours))
	}
	return fmt.Sprintf("about %s (%s on %s), %s", words, cli.Seconds(x.CPUSeconds/float64(workers)), cli.Count(workers, "core"), disk)
}
