package display

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
)

// screen shows progress on a terminal: a block of lines at the bottom that is redrawn in place, and failures above it.
type screen struct {
	e       *cli.Env
	mu      sync.Mutex // held while drawing
	drawn   []int      // widths of the lines of the current block, in cells
	settled int
	begun   time.Duration // what had elapsed when it began to count; negative before
}

func newScreen(e *cli.Env) *screen { return &screen{e: e, begun: -1} }

func (s *screen) Plan(p control.Plan) { writePlan(s.e, &p) }

func (s *screen) Task(line *manifest.Line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !IsSuperseded(line) {
		s.settled++
	}
	if line.State == manifest.Failed {
		s.clear()
		s.e.Linef("%s", taskText(line))
	}
}

func (s *screen) Progress(snap control.Snapshot) {
	if s.begun < 0 {
		s.begun = snap.Elapsed // a sweep that is watched may have run for long
	}
	width, height := s.e.TerminalSize()
	block := block(&snap, rate(s.settled, snap.Elapsed-s.begun), width-1, height-1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
	for _, line := range block {
		fmt.Fprintln(s.e.Stdout, line)
		s.drawn = append(s.drawn, cells(line))
	}
}

// clear erases the block. If the terminal was made narrower, it has broken the lines into several.
func (s *screen) clear() {
	width, _ := s.e.TerminalSize()
	width = max(1, width)
	rows := 0
	for _, n := range s.drawn {
		rows += max(1, (n+width-1)/width)
	}
	if rows > 0 {
		fmt.Fprintf(s.e.Raw, "\r\x1b[%dA\x1b[J", rows)
	}
	s.drawn = s.drawn[:0]
}

func (s *screen) Notice(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
	s.e.Notef("%s", line)
}

func (s *screen) Summary(sum control.Summary, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
	writeSummary(s.e, sum, err)
}

// block formats the block: a line per sweep, a line per running task, and the total, within a number of lines and of cells per
// line.
func block(s *control.Snapshot, rate string, width, height int) []string {
	var out []string
	for i := range s.Sweeps {
		state := &s.Sweeps[i]
		out = append(out, fmt.Sprintf("%s %s", bar(state.WorkDone, state.WorkTotal), cli.JoinNonEmpty(SweepText(state), sweepTimeLeft(s, state))))
	}
	for i := range s.Running {
		out = append(out, "  "+runningLine(&s.Running[i]))
	}
	last := cli.JoinNonEmpty("elapsed "+cli.Duration(s.Elapsed), rate, timeLeft(s, s.Left, s.LeftKnown, s.LeftRange))
	if over := len(out) + 1 - height; over > 0 && height > 2 {
		out = append(out[:height-2], fmt.Sprintf("  … %d lines more", over+1))
	}
	out = append(out, last)
	for i := range out {
		out[i] = Cut(cli.Row(out[i]), width)
	}
	return out
}

// sweepTimeLeft formats the time left of a sweep that is not complete.
func sweepTimeLeft(all *control.Snapshot, s *control.SweepState) string {
	if s.Done+s.Failed == s.Tasks {
		return ""
	}
	return timeLeft(all, s.Left, s.LeftKnown, nil)
}

// runningLine formats the progress of a running task.
func runningLine(r *control.RunningTask) string {
	return r.Sweep + "/" + strings.TrimSuffix(r.File, ".h5") + ": " + RunningText(r)
}

// RunningText is the same without the name of the task.
func RunningText(r *control.RunningTask) string {
	if r.Silent {
		return "last heartbeat " + cli.Duration(r.HeardAgo()) + " ago"
	}
	p := &r.Progress
	where := ""
	switch {
	case p.Total == 0:
		where = "starting"
	case p.Phase == "training":
		where = fmt.Sprintf("trial %d of %d", p.Trial, p.Trials)
	default:
		where = p.Phase
	}
	percent := ""
	if p.Total > 0 {
		percent = fmt.Sprintf("%d %%", 100*p.Done/p.Total)
	}
	steps := ""
	if r.StepsPerSecond > 0 {
		steps = fmt.Sprintf("%.0f steps/s", r.StepsPerSecond)
	}
	return cli.JoinNonEmpty(where, percent, steps, TimeLeft(r.Left, r.LeftKnown, nil))
}

// bar draws a fraction in ten characters.
func bar(done, total float64) string {
	n := 10
	if total > 0 {
		n = min(10, max(0, int(10*done/total)))
	}
	return "[" + strings.Repeat("#", n) + strings.Repeat("·", 10-n) + "]"
}
