package display

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/control"
	"eisweep/internal/protocol"
)

// writePlan tells a person what a run is about to do.
func writePlan(e *cli.Env, p *control.Plan) {
	for i := range p.Sweeps {
		s := &p.Sweeps[i]
		if s.Tasks == 0 {
			continue // of a rerun: what takes its tasks' place is done
		}
		e.Linef("%s", planLine(s))
		if s.New+s.Waiting > 0 {
			e.Linef("  files go to %s; look at them with: eisweep show %s%s", s.Dir, s.Name, e.RootFlag)
		}
		if s.Conflicts > 0 {
			e.Linef("  %s of other tasks moved to %s/superseded/", cli.Count(s.Conflicts, "file"), s.Name)
		}
		if s.Damaged > 0 {
			e.Linef("  %s not what the manifest says: run again", cli.Count(s.Damaged, "file"))
		}
		if len(s.Gone) > 0 {
			e.Linef("  %s of earlier launches %s, and %s no part of this one", cli.Count(len(s.Gone), "file"), cli.Plural(len(s.Gone), "stays", "stay"), cli.Plural(len(s.Gone), "is", "are"))
		}
		WriteChanges(e, s, s.Dir+"/.launches has the launch with the replacements")
	}
	if p.Executes() == 0 {
		e.Linef("nothing to run: %s", doneText(p))
	}
}

// WriteChanges tells what a launch takes from a sweep as it stood before; kept is how
// what a rerun replaced is had all the same.
func WriteChanges(e *cli.Env, s *control.SweepPlan, kept string) {
	if n := s.Restored; n > 0 {
		e.Linef("  %s that a rerun with --set replaced %s as the file has %s again: %s", cli.Count(n, "task"), cli.Plural(n, "is", "are"), cli.Plural(n, "it", "them"), kept)
	}
	if n := s.Dropped; n > 0 {
		e.Linef("  %s of an earlier launch %s wanted no more: what runs of them finishes, the others are not run", cli.Count(n, "task"), cli.Plural(n, "is", "are"))
	}
	if s.Resumes {
		e.Linef("  it is paused: launching resumes it")
	}
}

// doneText words how many tasks of a plan are done: "4 of 4 tasks are done".
func doneText(p *control.Plan) string {
	tasks, done := 0, 0
	for i := range p.Sweeps {
		s := &p.Sweeps[i]
		tasks, done = tasks+s.Tasks, done+s.Done+s.Linked
	}
	if tasks == 0 {
		return "what takes the tasks' place is done, and the sweep has it from now on"
	}
	return fmt.Sprintf("%d of %s %s done", done, cli.Count(tasks, "task"), cli.Plural(tasks, "is", "are"))
}

// writeSummary tells a person what became of a run, and what to type next.
func writeSummary(e *cli.Env, sum control.Summary, err error) {
	var signal *cli.Interrupted
	stopped := errors.As(err, &signal)
	for i := range sum.Sweeps {
		s := &sum.Sweeps[i]
		if s.Tasks == 0 {
			continue // nothing was to be run
		}
		e.Linef("%s: %d of %d done: %s", s.Name, s.Done, s.Tasks, cmp.Or(cli.JoinNonEmpty(cli.NonZero(s.Ran, "run"), cli.NonZero(s.Reused, "reused"), cli.NonZero(s.Linked, "linked"), failedText(s), cli.NonZero(s.Tasks-s.Done-s.Failed, "left")), "nothing run"))
		e.Linef("  results: %s", s.Dir)
		writeFailures(e, s)
	}
	if stopped {
		e.Linef("stopped before the end; the same command goes on from here")
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

// countFailed is how many tasks failed, those among them that are done all the same: they
// have a result of an earlier run.
func countFailed(s *control.SweepSummary) int {
	n := 0
	for _, of := range s.ByClass {
		n += of
	}
	return n
}

// writeFailures names the first failures of a sweep and the commands that follow.
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
		e.Linef("  %s done all the same: the results of earlier runs stand", cli.Count(all-s.Failed, "task"))
	}
	if s.Failed == 0 {
		return
	}
	for _, line := range RerunCommands("eisweep rerun "+s.Name+" --failed"+e.Flags(), s.ByClass) {
		e.Linef("  again:  %s", line)
	}
}

// RerunCommands words how failures of those classes are run again, of which rerun is the command:
// those that failed with their source only after that. Where some need other parameters
// and some don't, each class has a command of its own.
func RerunCommands(rerun string, classes map[protocol.Class]int) []string {
	var repeating, others []protocol.Class
	for _, class := range slices.Sorted(maps.Keys(classes)) {
		switch {
		case classes[class] == 0 || class == protocol.Source:
		case setHint(class) != "":
			repeating = append(repeating, class)
		default:
			others = append(others, class)
		}
	}
	var out []string
	switch both := slices.Concat(repeating, others); {
	case len(both) == 0:
	case len(repeating) == 0 || len(others) == 0:
		out = append(out, rerun+setHint(both[0]))
	default:
		for _, class := range both {
			out = append(out, rerun+" --class "+string(class)+setHint(class))
		}
	}
	if classes[protocol.Source] > 0 {
		out = append(out, "those of class source: rerun their sources, which the errors name, then run or launch this sweep again")
	}
	return out
}

// setHint warns where a rerun gives a failure of that class again.
func setHint(class protocol.Class) string {
	if !class.Repeats() {
		return ""
	}
	return " --set NAME=VALUE   (with the same parameters they fail again)"
}
