package display

import (
	"fmt"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/estimate"
)

// Estimate is the cost of the tasks that a plan would run. Intervals contain the truth with probability Level.
type Estimate struct {
	CPUSeconds   float64    `json:"cpu_seconds"` // 0 if it could not be measured; then WallSeconds is 0, too
	CPUInterval  [2]float64 `json:"cpu_interval"`
	Workers      int        `json:"workers"` // slots that WallSeconds is for
	WallSeconds  float64    `json:"wall_seconds"`
	WallInterval [2]float64 `json:"wall_interval"`
	Bytes        int64      `json:"bytes"`
	ByteInterval [2]int64   `json:"bytes_interval"`
	Level        float64    `json:"level"`
	Points       int        `json:"points"`
	Measured     int        `json:"measured_points"` // of the points, on this machine
	Known        int        `json:"known_points"`    // of the points, whose steps are those of earlier results
}

// NewEstimate returns an estimate for so many slots.
func NewEstimate(x *estimate.Estimate, slots int) *Estimate {
	cpu, wall, bytes := x.CPUSeconds, x.WallSeconds(slots), x.Bytes
	return &Estimate{CPUSeconds: cpu.Centre, CPUInterval: [2]float64{cpu.Low, cpu.High}, Workers: slots, WallSeconds: wall.Centre,
		WallInterval: [2]float64{wall.Low, wall.High}, Bytes: int64(bytes.Centre), ByteInterval: [2]int64{int64(bytes.Low), int64(bytes.High)},
		Level: estimate.Level, Points: x.Points, Measured: x.Measured, Known: x.Known}
}

// Write prints an estimate.
func (x *Estimate) Write(e *cli.Env) {
	e.Linef("  estimate, with the range for %.0f %%%s:", 100*x.Level, cli.InParentheses(x.basis()))
	if x.CPUSeconds == 0 {
		e.Linef("    the time could not be measured")
	} else {
		row(e, "CPU time", CPUTime, x.CPUSeconds, x.CPUInterval)
		row(e, "on "+cli.Count(x.Workers, "slot"), cli.Seconds, x.WallSeconds, x.WallInterval)
	}
	row(e, "disk", cli.Size, x.Bytes, x.ByteInterval)
}

func row[T any](e *cli.Env, name string, text func(T) string, centre T, interval [2]T) {
	e.Linef("    %-12s %s, from %s to %s", name, text(centre), text(interval[0]), text(interval[1]))
}

// basis says what an estimate was made from.
func (x *Estimate) basis() string {
	if x.CPUSeconds == 0 {
		return ""
	}
	text := fmt.Sprintf("%d of %s measured", x.Measured, cli.Count(x.Points, "point"))
	if x.Known > 0 {
		text += fmt.Sprintf(", %d known from results", x.Known)
	}
	return text
}

// CPUTime formats CPU time in seconds: from an hour on, in CPU hours.
func CPUTime(seconds float64) string {
	if hours := seconds / 3600; hours >= 1 {
		return cli.Thousands(hours) + " CPU hours"
	}
	return cli.Seconds(seconds)
}
