package diagnosis

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"eisweep/coordinator/launched"
	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/records"
	"eisweep/coordinator/workers"
	"eisweep/internal/control"
	"eisweep/internal/problems"
	"eisweep/internal/protocol"
	"eisweep/internal/units"
)

// sweep lists why tasks of a sweep are not sent. The lock is held.
func (d *Diagnoser) sweep(s *launched.Sweep, n lifecycle.Counts, pool workers.Pool, out *problems.Report) {
	status := d.config.Sweeps.Status(s.Name)
	if left := n.Total - n.Done - n.Failed - n.Dropped; status == control.Paused && left > 0 {
		out.Problems = append(out.Problems, Paused(s.Name, left, s.Paused))
	}
	if status != control.Open || pool.Taking == 0 || pool.Memory == 0 {
		return
	}
	if large := d.config.Core.Machine().Parked(s.Name, pool.Memory); large > 0 {
		out.Problems = append(out.Problems, problems.Problem{Kind: problems.TasksTooLarge, Severity: problems.Error, Subject: s.Name,
			Text: fmt.Sprintf("%s of %s %s more memory than any connected worker has for tasks (%s)", control.Count(large, "task"), s.Name,
				verb(large, "needs", "need"), units.Size(pool.Memory)),
			Remedy: "start a worker where there is more (`eisweep worker --memory SIZE` sets what tasks may take)"})
	}
}

// results lists failed tasks by class, and suspect results. The lock is held.
func (d *Diagnoser) results(out *problems.Report) {
	for _, s := range d.config.Sweeps.Summarize(d.config.Root).Sweeps {
		if s.Status == control.Cancelled {
			continue // somebody gave it up
		}
		out.Problems = append(out.Problems, OfSummary(&s)...)
	}
}

// setAside lists the sweeps that are set aside. The lock is held.
func (d *Diagnoser) setAside(out *problems.Report) {
	for _, f := range d.config.Faults.Summary() {
		out.Problems = append(out.Problems, problems.Problem{Kind: problems.SweepSetAside, Severity: problems.Error, Subject: f.Sweep,
			Since: f.Since, Text: "sweep " + f.Sweep + " is set aside: " + f.Cause, Remedy: f.Remedy + "; the coordinator keeps trying"})
		if !slices.Contains(out.Sweeps, f.Sweep) {
			out.Sweeps = append(out.Sweeps, f.Sweep)
		}
	}
}

// OfSummary lists the failed tasks of a sweep, by class, and its suspect results.
func OfSummary(s *control.SweepSummary) (out []problems.Problem) {
	for _, class := range slices.Sorted(maps.Keys(s.ByClass)) {
		out = append(out, failed(s, class, s.ByClass[class]))
	}
	if s.Suspect > 0 {
		out = append(out, suspect(s.Name, s.Suspect))
	}
	return out
}

// failed is the problem that tasks of a sweep failed with a class.
func failed(s *control.SweepSummary, class protocol.Class, n int) problems.Problem {
	text := fmt.Sprintf("%s of %s failed (%s)", control.Count(n, "task"), s.Name, class)
	for i := range s.Failures {
		if f := &s.Failures[i]; f.Class == class {
			line, _, _ := strings.Cut(f.Error, "\n")
			text += fmt.Sprintf("; the first: %s: %s", f.File, line)
			break
		}
	}
	return problems.Problem{Kind: problems.TasksFailed, Severity: problems.Error, Subject: s.Name, Since: s.FailedSince[class],
		Text: text, Remedy: again(s.Name, class)}
}

// again is how tasks that failed with a class are run again.
func again(sweep string, class protocol.Class) string {
	switch {
	case class == protocol.Source:
		return fmt.Sprintf("rerun the sources, which the errors name; then `eisweep launch %s`", sweep)
	case class.Repeats():
		return fmt.Sprintf("`eisweep rerun %s --class %s --set NAME=VALUE`; with the same parameters they fail again", sweep, class)
	case class == protocol.Storage:
		return fmt.Sprintf("repair the storage, then `eisweep rerun %s --class %s`", sweep, class)
	}
	return fmt.Sprintf("`eisweep logs TASK` shows their attempts, `eisweep rerun %s --class %s` runs them again", sweep, class)
}

// OfSettled lists the failed tasks of a finished sweep, and its suspect results, as its record has them.
func OfSettled(name string, n *records.Settled) []problems.Problem {
	s := control.SweepSummary{Name: name, Suspect: n.Suspect, ByClass: map[protocol.Class]int{}, FailedSince: map[protocol.Class]time.Time{}}
	for class, c := range n.Classes {
		s.ByClass[class], s.FailedSince[class] = c.Failed, c.Since
		s.Failures = append(s.Failures, control.Failure{Class: class, File: c.File, Error: c.Error})
	}
	out := OfSummary(&s)
	if n.Failed > 0 && len(n.Classes) == 0 { // the record is of an earlier version
		out = append(out, countOfFailed(name, n.Failed, n.FailedSince))
	}
	return out
}

// countOfFailed is the problem that tasks of a sweep failed, the first at a time, where the classes are not known.
func countOfFailed(sweep string, n int, since time.Time) problems.Problem {
	return problems.Problem{Kind: problems.TasksFailed, Severity: problems.Error, Subject: sweep, Since: since,
		Text:   fmt.Sprintf("%s of %s failed", control.Count(n, "task"), sweep),
		Remedy: fmt.Sprintf("`eisweep status %s` lists them by class, and how to run each again", sweep)}
}

// suspect is the problem that results of a sweep are suspect.
func suspect(sweep string, n int) problems.Problem {
	return problems.Problem{Kind: problems.ResultsSuspect, Severity: problems.Hint, Subject: sweep,
		Text:   fmt.Sprintf("%s of %s %s suspect", control.Count(n, "result"), sweep, verb(n, "is", "are")),
		Remedy: fmt.Sprintf("`eisweep status %s` says why; `eisweep rerun %s --suspect --set NAME=VALUE` replaces them", sweep, sweep)}
}

// goneSweep is the problem that the directory of a launched sweep was removed or moved while the coordinator ran.
func goneSweep(sweep, dir string, since time.Time) problems.Problem {
	return problems.Problem{Kind: problems.SweepGone, Severity: problems.Error, Subject: sweep, Since: since,
		Text: fmt.Sprintf("the directory of sweep %s was removed or moved: %s has no sweep.toml; results that were there are missing",
			sweep, dir),
		Remedy: fmt.Sprintf("launch it again from its sweep file, which runs the tasks without a result; or `eisweep cancel %s` to give it up",
			sweep)}
}

// Paused is the problem that a sweep with tasks left is paused, since a time.
func Paused(sweep string, left int, since time.Time) problems.Problem {
	return problems.Problem{Kind: problems.SweepPaused, Severity: problems.Hint, Subject: sweep, Since: since,
		Text:   fmt.Sprintf("sweep %s is paused and has %s left", sweep, control.Count(left, "task")),
		Remedy: "`eisweep resume " + sweep + "`"}
}

// verb is the form of a verb that fits a number.
func verb(n int, one, several string) string {
	if n == 1 {
		return one
	}
	return several
}
