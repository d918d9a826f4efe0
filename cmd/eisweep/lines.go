package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/sim"
)

// lines tells of an order in plain lines: what is settled, as long as it's no
// flood, and how far everything has come, ever more seldom.
type lines struct {
	e       *cli.Env
	now     func() time.Time
	begun   time.Time
	next    time.Time     // of the next line of progress
	every   time.Duration // between two of them
	allowed float64       // lines about tasks that may be written now
	asOf    time.Time     // of allowed
	hushed  int           // tasks that got no line
	settled int
}

// A burst of lines about tasks, and how many a second in the long run.
const (
	burst         = 20
	linesPerSec   = 1
	firstProgress = 5 * time.Second
	lastProgress  = time.Minute
)

func newLines(e *cli.Env) *lines {
	now := time.Now()
	return &lines{e: e, now: time.Now, begun: now, next: now.Add(firstProgress), every: firstProgress, allowed: burst, asOf: now}
}

func (l *lines) plan(p control.Plan) { writePlan(l.e, &p) }

// task tells of one task that was settled.
func (l *lines) task(line *manifest.Line) {
	now := l.now()
	l.allowed = min(burst, l.allowed+now.Sub(l.asOf).Seconds()*linesPerSec)
	l.asOf = now
	if !superseded(line) {
		l.settled++
	}
	if l.allowed < 1 {
		l.hushed++
		return
	}
	l.allowed--
	l.e.Linef("%s", taskText(line))
}

// progress writes a line per sweep when it is time for one.
func (l *lines) progress(s control.Snapshot) {
	if l.now().Before(l.next) {
		return
	}
	l.every = min(lastProgress, l.every*3/2)
	l.next = l.now().Add(l.every)
	l.tellHushed()
	for i := range s.Sweeps {
		state := &s.Sweeps[i]
		if state.Done+state.Failed < state.Tasks {
			l.e.Linef("%s", cli.JoinNonEmpty(stateLine(state), rate(l.settled, l.now().Sub(l.begun)), left(state.Left, state.LeftKnown)))
		}
	}
}

// tellHushed tells how many tasks got no line.
func (l *lines) tellHushed() {
	if l.hushed > 0 {
		l.e.Linef("… and %s more", cli.Count(l.hushed, "task"))
		l.hushed = 0
	}
}

func (l *lines) summary(s control.Summary, err error) {
	l.tellHushed()
	writeSummary(l.e, s, err)
}

func (l *lines) notice(line string) { l.e.Notef("%s", line) }

// taskText words what became of a task.
func taskText(line *manifest.Line) string {
	name := line.Sweep + "/" + taskName(line)
	switch {
	case line.State == manifest.Failed:
		return "failed (" + line.Class + "): " + name + ": " + cli.FirstLine(line.Error)
	case superseded(line):
		return "moved aside: " + name
	case line.ReusedFrom != "":
		return "linked: " + name + " from " + line.ReusedFrom
	}
	return "done: " + name + " in " + cli.Duration(time.Duration(line.Seconds*float64(time.Second)))
}

// superseded says that a line tells of a file that was moved aside.
func superseded(line *manifest.Line) bool { return line.State == manifest.Superseded }

// taskName is the file of a result; of a failure, which has none, what its file
// would be named for.
func taskName(line *manifest.Line) string {
	if line.File != "" {
		return line.File
	}
	names := slices.Collect(maps.Keys(line.Parameters))
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(sim.Order(a), sim.Order(b)) })
	var b strings.Builder
	for _, name := range names {
		fmt.Fprintf(&b, "%s=%v~", name, line.Parameters[name])
	}
	return fmt.Sprintf("%sseed=%d", b.String(), line.Seed)
}
