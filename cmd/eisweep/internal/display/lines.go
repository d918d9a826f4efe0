package display

import (
	"fmt"
	"strings"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
)

// lines shows progress as plain lines: finished tasks, up to a limited rate, and the overall progress, at growing intervals.
type lines struct {
	e          *cli.Env
	now        func() time.Time
	started    time.Time
	next       time.Time     // of the next line of progress
	interval   time.Duration // between two of them
	allowed    float64       // lines about tasks that may be written now
	allowedAt  time.Time     // of allowed
	suppressed int           // tasks that got no line
	settled    int
}

// Limits on lines about tasks: a burst, and a sustained rate per second; and the first and the longest interval of progress lines.
const (
	burst         = 20
	linesPerSec   = 1
	firstProgress = 5 * time.Second
	lastProgress  = time.Minute
)

func NewLines(e *cli.Env) *lines {
	now := time.Now()
	return &lines{e: e, now: time.Now, started: now, next: now.Add(firstProgress), interval: firstProgress, allowed: burst, allowedAt: now}
}

func (l *lines) Plan(p control.Plan) { writePlan(l.e, &p) }

// Task prints a finished task.
func (l *lines) Task(line *manifest.Line) {
	now := l.now()
	l.allowed = min(burst, l.allowed+now.Sub(l.allowedAt).Seconds()*linesPerSec)
	l.allowedAt = now
	if !IsSuperseded(line) {
		l.settled++
	}
	if l.allowed < 1 {
		l.suppressed++
		return
	}
	l.allowed--
	l.e.Linef("%s", taskText(line))
}

// Progress prints a line per unfinished sweep when one is due, and one for all if there are several: at first soon, then each minute.
func (l *lines) Progress(s control.Snapshot) {
	if l.now().Before(l.next) {
		return
	}
	l.interval = min(lastProgress, l.interval*3/2)
	l.next = l.now().Add(l.interval)
	l.writeSuppressed()
	perTime := rate(l.settled, l.now().Sub(l.started))
	unfinished, done, tasks := 0, 0, 0
	for i := range s.Sweeps {
		state := &s.Sweeps[i]
		done, tasks = done+state.Done, tasks+state.Tasks
		if state.Done+state.Failed < state.Tasks {
			unfinished++
			l.e.Linef("%s", cli.JoinNonEmpty(SweepText(state), perTime, timeLeft(&s, state.Left, state.LeftKnown, state.LeftRange)))
		}
	}
	if unfinished > 1 {
		l.e.Linef("%s", cli.JoinNonEmpty(fmt.Sprintf("all sweeps: %d of %d done", done, tasks), perTime,
			timeLeft(&s, s.Left, s.LeftKnown, s.LeftRange)))
	}
}

// writeSuppressed prints how many tasks got no line.
func (l *lines) writeSuppressed() {
	if l.suppressed > 0 {
		l.e.Linef("… and %s more", cli.Count(l.suppressed, "task"))
		l.suppressed = 0
	}
}

func (l *lines) Summary(s control.Summary, err error) {
	l.writeSuppressed()
	writeSummary(l.e, s, err)
}

func (l *lines) Notice(line string) { l.e.Notef("%s", line) }

// taskText formats a finished task.
func taskText(line *manifest.Line) string {
	name := line.Sweep + "/" + TaskName(line)
	switch {
	case line.State == manifest.Failed:
		return "failed (" + line.Class + "): " + name + ": " + cli.FirstLine(line.Error)
	case IsSuperseded(line):
		return "superseded: " + name
	}
	text := "done: " + name + " in " + cli.Duration(time.Duration(line.Seconds*float64(time.Second)))
	if line.ReusedFrom != "" {
		text = "linked: " + name + " from " + line.ReusedFrom
	}
	if v := line.Quality.Verdict(); v != 0 {
		text += ", suspect: " + strings.Join(v.Names(), ", ")
	}
	return text
}

// IsSuperseded reports whether a line is about a file that was moved aside.
func IsSuperseded(line *manifest.Line) bool { return line.State == manifest.Superseded }

// TaskName is the result file of a task; a failed task has none, and gets the name that its file would have.
func TaskName(line *manifest.Line) string {
	if line.File != "" {
		return line.File
	}
	var b strings.Builder
	for _, s := range line.Parameters {
		b.WriteString(s.String() + "~")
	}
	return fmt.Sprintf("%sseed=%d", b.String(), line.Seed)
}
