package costs

import (
	"context"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/display"
	"eisweep/coordinator/catalog"
	"eisweep/internal/estimate"
	"eisweep/internal/manifest"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// Score compares what a plan would have estimated for the results of a sweep with what they needed.
type Score struct {
	Event   string `json:"event"` // "score"
	Sweep   string `json:"sweep"`
	Results int    `json:"results"`
	// CPU is of CPU time in seconds; of wall time, if the manifest does not have the CPU time of every result.
	CPU   *Comparison `json:"cpu"` // null if no time could be measured
	IsCPU bool        `json:"is_cpu_time"`
	Bytes Comparison  `json:"bytes"`
	Level float64     `json:"level"`
}

// Comparison is an estimate and the truth.
type Comparison struct {
	Estimate float64    `json:"estimate"`
	Interval [2]float64 `json:"interval"`
	Measured float64    `json:"measured"`
	Off      float64    `json:"off"` // the estimate's error, as a share of what was measured
	Inside   bool       `json:"inside"`
}

func compare(r estimate.Range, truth float64) Comparison {
	return Comparison{r.Centre, [2]float64{r.Low, r.High}, truth, r.Off(truth), r.Contains(truth)}
}

// scored are the results of a sweep that were computed for it.
type scored struct {
	tasks   []*sweeps.Task
	ids     map[sweeps.ID]bool
	first   time.Time // when the first began
	cpu     float64
	seconds float64
	bytes   int64
	isCPU   bool // the CPU time of each is known
}

func resultsOf(status *catalog.SweepStatus) *scored {
	s := &scored{ids: map[sweeps.ID]bool{}, isCPU: true}
	for i := range status.Tasks {
		t := &status.Tasks[i]
		l := t.Line
		if t.State != catalog.StateDone || l.ReusedFrom != "" || l.Seconds <= 0 {
			continue
		}
		s.tasks, s.ids[t.Task.ID] = append(s.tasks, &t.Task), true
		s.cpu, s.seconds, s.bytes = s.cpu+l.CPUSeconds, s.seconds+l.Seconds, s.bytes+l.Bytes
		s.isCPU = s.isCPU && l.CPUSeconds > 0
		if s.first.IsZero() || l.Started.Before(s.first) {
			s.first = l.Started
		}
	}
	return s
}

// NewScore estimates the results of a sweep as a plan would have done it before the sweep ran, by results of other sweeps that were
// finished then, and compares. Errors are of reading the root, of a sweep without results, and the context's.
func NewScore(ctx context.Context, r *root.Root, prober prober, sweep string, measuring time.Duration) (*Score, error) {
	status, err := catalog.ReadSweep(ctx, r, prober, sweep)
	if err != nil {
		return nil, err
	}
	s := resultsOf(status)
	if len(s.tasks) == 0 {
		return nil, cli.Usagef("%s has no results that were computed for it: there is nothing to compare an estimate with", sweep)
	}
	h, err := readHistory(ctx, r, prober, func(other string, l *manifest.Line) bool {
		return other != sweep && !s.ids[l.ID] && l.Finished.Before(s.first)
	})
	if err != nil {
		return nil, err
	}
	x := &Estimator{history: h}
	t := x.NewTally()
	for _, task := range s.tasks {
		t.Add(task)
	}
	e, err := x.estimate(ctx, &t.Tally, measuring)
	if err != nil {
		return nil, err
	}
	out := &Score{Event: "score", Sweep: sweep, Results: len(s.tasks), IsCPU: s.isCPU, Bytes: compare(e.Bytes, float64(s.bytes)),
		Level: estimate.Level}
	if e.IsTimed {
		measured := s.seconds
		if s.isCPU {
			measured = s.cpu
		}
		c := compare(e.CPUSeconds, measured)
		out.CPU = &c
	}
	return out, nil
}

// WriteScores writes the scores of sweeps, as text or as JSON.
func WriteScores(ctx context.Context, e *cli.Env, r *root.Root, prober prober, names []string, asJSON bool) error {
	for _, name := range names {
		s, err := NewScore(ctx, r, prober, name, MeasureTime)
		if err != nil {
			return err
		}
		if asJSON {
			err = e.Encoder().Encode(s)
		} else {
			s.Write(e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Write prints a score.
func (s *Score) Write(e *cli.Env) {
	e.Linef("%s: estimates for %s, and what they needed", s.Sweep, cli.Count(s.Results, "result"))
	if s.CPU == nil {
		e.Linef("  the time could not be measured")
	} else {
		name := "CPU time"
		if !s.IsCPU {
			name = "time" // earlier versions did not record the CPU time
		}
		s.CPU.write(e, name, display.CPUTime)
	}
	s.Bytes.write(e, "disk", func(bytes float64) string { return cli.Size(int64(bytes)) })
}

func (c *Comparison) write(e *cli.Env, name string, text func(float64) string) {
	place := "inside"
	if !c.Inside {
		place = "outside"
	}
	e.Linef("  %-9s estimate %s, measured %s: off by %+.0f %%, %s the %.0f %% interval of %s to %s", name, text(c.Estimate),
		text(c.Measured), 100*c.Off, place, 100*estimate.Level, text(c.Interval[0]), text(c.Interval[1]))
}
