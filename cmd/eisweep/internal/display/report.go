package display

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/control"
)

// writePlan prints what a run is about to do.
func writePlan(e *cli.Env, p *control.Plan) {
	shown, folded, rest := 0, 0, control.SweepPlan{}
	for i := range p.Sweeps {
		s := &p.Sweeps[i]
		switch {
		case s.Tasks == 0: // a rerun whose replacements are done
			continue
		case isPlain(s) && p.Executes()+p.Later() == 0 && s.Done == s.Tasks: // the last line says so
			continue
		case isPlain(s) && shown >= maxShown:
			folded++
			addCounts(&rest, s)
			continue
		}
		shown++
		e.Linef("%s", planLine(s))
		if s.New+s.Waiting > 0 {
			e.Linef("  results go to %s; list them with: eisweep show %s%s", s.Dir, s.Name, e.RootFlag)
		}
		if s.Conflicts > 0 {
			e.Linef("  %s of other tasks moved to %s/superseded/", cli.Count(s.Conflicts, "file"), s.Name)
		}
		if s.Damaged > 0 {
			e.Linef("  %s damaged: run again", cli.Count(s.Damaged, "file"))
		}
		if n := s.EarlierResults(); n > 0 {
			e.Linef("  %s of earlier launches %s kept, but not part of this one", cli.Count(n, "result"), cli.Plural(n, "is", "are"))
		}
		writeDrops(e, s)
		WriteChanges(e, s)
	}
	if folded > 0 {
		rest.Name = cli.Count(folded, "more sweep")
		e.Linef("%s", planLine(&rest))
	}
	if p.Executes()+p.Later() == 0 {
		e.Linef("nothing to run: %s", doneText(p))
	}
}

// maxShown is how many sweeps of a plan have lines of their own, besides those that change what an earlier launch did.
const maxShown = 5

// isPlain reports whether the number of its tasks is all there is to say of a sweep.
func isPlain(s *control.SweepPlan) bool {
	return s.Conflicts+s.Damaged+len(s.Gone)+s.Restored+s.Dropped == 0 && !s.Resumes
}

// addCounts adds to sum the numbers of tasks that planLine prints.
func addCounts(sum, s *control.SweepPlan) {
	sum.Tasks, sum.New, sum.Waiting = sum.Tasks+s.Tasks, sum.New+s.New, sum.Waiting+s.Waiting
	sum.Done, sum.Linked = sum.Done+s.Done, sum.Linked+s.Linked
	sum.Later += s.Later
	sum.Settled, sum.Blocked = sum.Settled+s.Settled, sum.Blocked+s.Blocked
}

// writeDrops prints which finished tasks a launch leaves out, and how to have them back.
func writeDrops(e *cli.Env, s *control.SweepPlan) {
	if s.Drops() {
		e.Linef("  %s; no file is deleted", s.DropText())
		if s.DroppedSource != "" {
			return // the previous launch of this sweep has the same file
		}
		e.Linef("  to restore the previous launch, run or launch it: eisweep run %s%s --drop",
			cli.ShellQuote(filepath.Join(s.Dir, s.Previous)), e.RootFlag)
	}
}

// WriteChanges prints what a launch changes in a sweep that runs or is paused.
func WriteChanges(e *cli.Env, s *control.SweepPlan) {
	if n := s.Dropped; n > 0 {
		e.Linef("  %s of an earlier launch %s dropped: running ones finish, the others are not run", cli.Count(n, "task"),
			cli.Plural(n, "is", "are"))
	}
	if s.Resumes {
		e.Linef("  the sweep is paused; launching resumes it")
	}
}

// doneText is how many tasks of a plan are done: "4 of 4 tasks are done".
func doneText(p *control.Plan) string {
	tasks, done := 0, 0
	for i := range p.Sweeps {
		s := &p.Sweeps[i]
		tasks, done = tasks+s.Tasks, done+s.Done+s.Linked
	}
	if tasks == 0 {
		return "the replacements are done, and the sweep uses them from now on"
	}
	return fmt.Sprintf("%d of %s %s done", done, cli.Count(tasks, "task"), cli.Plural(tasks, "is", "are"))
}

// writeSummary prints the result of a run, and the commands that follow.
func writeSummary(e *cli.Env, sum control.Summary, err error) {
	var signal *cli.Interrupted
	stopped := errors.As(err, &signal)
	for i := range sum.Sweeps {
		s := &sum.Sweeps[i]
		if s.Tasks == 0 {
			continue // nothing to run
		}
		counts := cli.JoinNonEmpty(cli.NonZero(s.Ran, "run"), cli.NonZero(s.Reused, "reused"), cli.NonZero(s.Linked, "linked"),
			failedText(s), cli.NonZero(s.Tasks-s.Done-s.Failed, "pending"))
		e.Linef("%s: %d of %d done: %s", s.Name, s.Done, s.Tasks, cmp.Or(counts, "nothing run"))
		e.Linef("  results: %s", s.Dir)
		WriteSuspects(e, "  ", s.Name, s.Suspect, s.Done, s.Reasons)
		writeFailures(e, s)
	}
	if stopped {
		e.Linef("stopped early: results are saved, and running tasks as far as they reached; the same command continues")
	}
}

func failedText(s *control.SweepSummary) string {
	if len(s.ByClass) == 0 {
		return ""
	}
	var classes []string
	for _, c := range slices.Sorted(maps.Keys(s.ByClass)) {
		if s.ByClass[c] > 0 {
			classes = append(classes, fmt.Sprintf("%s %d", c, s.ByClass[c]))
		}
	}
	return fmt.Sprintf("%d failed (%s)", countFailed(s), strings.Join(classes, ", "))
}

// countFailed counts failed tasks, including those that still have the result of an earlier run.
func countFailed(s *control.SweepSummary) int {
	n := 0
	for _, of := range s.ByClass {
		n += of
	}
	return n
}

// writeFailures prints the first failures of a sweep and the commands that follow.
func writeFailures(e *cli.Env, s *control.SweepSummary) {
	all := countFailed(s)
	if all == 0 {
		return
	}
	for i, f := range s.Failures {
		if i == 3 {
			e.Linef("  … and %d more", all-i)
			break
		}
		e.Linef("  failed (%s): %s: %s", f.Class, f.File, cli.FirstLine(f.Error))
	}
	if len(s.Failures) > 0 {
		e.Linef("  why:    eisweep show %s%s", s.Failures[0].ID, e.RootFlag)
	}
	if all > s.Failed {
		e.Linef("  %s still done: the results of earlier runs are kept", cli.Count(all-s.Failed, "task"))
	}
	if s.Failed == 0 {
		return
	}
	for _, r := range Reruns("eisweep rerun "+s.Name+e.Flags(), s.ByClass) {
		e.Linef("  again:  %s", r)
	}
}
