package inspect

import (
	"context"
	"slices"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/display"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/coordinator/catalog"
	"eisweep/internal/control"
	"eisweep/internal/protocol"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// SweepView is what `status SWEEP` shows.
type SweepView struct {
	SweepOverview
	Experiment string            `json:"experiment"`
	Points     []pointJSON       `json:"points"`
	Failures   []control.Failure `json:"failures"`
	Earlier    []earlierFailure  `json:"earlier"`         // failed, and done since
	Reasons    map[string]int    `json:"reasons"`         // how many results are suspect for each reason
	Unknown    int               `json:"unknown"`         // results whose quality is unknown
	Rerun      []string          `json:"rerun,omitempty"` // commands that run the failed tasks again

	apart   bool // it was given as a directory: no command that names the sweep works
	points  []*point
	sampled *sampledPoints // of a sweep with [sample]
	stops   *stops         // of a sweep with [until]
}

type pointJSON struct {
	Point   string   `json:"point"`
	Done    []uint32 `json:"done"`    // seeds
	Suspect []uint32 `json:"suspect"` // those of them whose results are suspect
	Running []uint32 `json:"running"`
	Failed  []uint32 `json:"failed"`
	Pending []uint32 `json:"pending"`
	Until   *stop    `json:"until,omitempty"` // of a sweep with [until]
}

// BriefSweepView is what the coordinator alone reports.
func BriefSweepView(r *root.Root, state *control.SweepState, snapshot *control.Snapshot, sum *control.Summary) *SweepView {
	v := &SweepView{SweepOverview: OverviewOf(r, state, FromCoordinator)}
	v.AddFaults(snapshot.Faults)
	for _, x := range sum.Sweeps {
		v.Failures = append(v.Failures, x.Failures...)
		v.Reasons = x.Reasons
	}
	return v
}

// ReadSweepView reads a sweep directory and adds what the coordinator or a `run` reports, if anything.
func ReadSweepView(ctx context.Context, e *cli.Env, r *root.Root, name string, snapshot *control.Snapshot, from Reporter) (
	*SweepView, error,
) {
	status, err := selection.ReadSweep(ctx, e, r, name)
	if err != nil {
		return nil, err
	}
	return newSweepView(r, name, status, snapshot, from)
}

// ReadDirectoryView is ReadSweepView of the directory of a sweep, such as a copy.
func ReadDirectoryView(ctx context.Context, e *cli.Env, d *selection.Directory) (*SweepView, error) {
	status, err := d.Read(ctx, e)
	if err != nil {
		return nil, err
	}
	v, err := newSweepView(d.Root, d.Name, status, &control.Snapshot{}, fromDirectory)
	if err == nil {
		v.apart = true
	}
	return v, err
}

func newSweepView(r *root.Root, name string, status *catalog.SweepStatus, snapshot *control.Snapshot, from Reporter) (
	*SweepView, error,
) {
	v := &SweepView{Experiment: string(status.Sweep.Experiment())}
	if state := StateOf(snapshot, name); state != nil {
		v.SweepOverview = OverviewOf(r, state, from)
		v.AddFaults(snapshot.Faults)
	} else {
		v.SweepOverview = SweepOverview{Sweep: name, Directory: r.SweepDir(name), From: fromDirectory}
		v.count(status)
		v.addRecord(r)
	}
	v.AddCost(r, snapshot.Running)
	v.points = pointsOf(status.Tasks, runningTasks(snapshot), nil)
	if sample, ok := status.Sweep.Sample(); ok {
		v.sampled = &sampledPoints{sample, pointsOf(status.Tasks, runningTasks(snapshot), slices.Concat(sample.Parameters, sample.Derived))}
	}
	v.stops = stopsOf(status)
	v.Failures = failuresOf(status.Tasks)
	v.countReasons(status.Tasks)
	earlier, err := readEarlierFailures(r, name, status.Tasks)
	v.Earlier = earlier
	return v, err
}

// runningTasks are the tasks that the coordinator reports as running.
func runningTasks(snapshot *control.Snapshot) map[sweeps.ID]bool {
	out := map[sweeps.ID]bool{}
	for i := range snapshot.Running {
		out[snapshot.Running[i].ID] = true
	}
	return out
}

// countReasons counts the suspect results by reason, and those whose quality is unknown.
func (v *SweepView) countReasons(tasks []catalog.TaskStatus) {
	v.Reasons = map[string]int{}
	for i := range tasks {
		t := &tasks[i]
		if t.State == catalog.StateDone && t.Line.Quality == nil {
			v.Unknown++
		}
		for _, name := range t.Verdict.Names() {
			v.Reasons[name]++
		}
	}
}

// StateOf is the state of a sweep that the coordinator reports, or nil.
func StateOf(snapshot *control.Snapshot, name string) *control.SweepState {
	for i := range snapshot.Sweeps {
		if snapshot.Sweeps[i].Name == name {
			return &snapshot.Sweeps[i]
		}
	}
	return nil
}

func failuresOf(tasks []catalog.TaskStatus) []control.Failure {
	var out []control.Failure
	for i := range tasks {
		if t := &tasks[i]; t.State == catalog.StateFailed && t.Line != nil {
			out = append(out, control.Failure{
				ID: t.Task.ID, File: t.Task.File, Seed: t.Task.Seed, Class: protocol.Class(t.Line.Class), Error: t.Line.Error,
			})
		}
	}
	return out
}

// Encode writes the view as one JSON object.
func (v *SweepView) Encode(e *cli.Env) error {
	for _, r := range display.Reruns(v.rerunCommand(e), v.failedClasses()) {
		if r.Command != "" && !v.apart {
			v.Rerun = append(v.Rerun, r.Command)
		}
	}
	v.Points = []pointJSON{}
	for _, p := range v.points {
		some := func(state string) []uint32 { return append([]uint32{}, p.seeds[state]...) }
		v.Points = append(v.Points, pointJSON{p.name, some("done"), some("suspect"), some("running"), some("failed"), some("pending"),
			v.stops.of(p)})
	}
	v.Failures = slices.Concat([]control.Failure{}, v.Failures)
	v.Earlier = slices.Concat([]earlierFailure{}, v.Earlier)
	out := e.Encoder()
	return out.Encode(v)
}

// Write writes the view as text; with all, without limits on rows.
func (v *SweepView) Write(e *cli.Env, all bool) error {
	e.Lines(v.Text())
	e.Linef("  results: %s", v.Directory)
	v.stops.write(e)
	if err := v.writePoints(e, all); err != nil {
		return err
	}
	named := v.Sweep + e.RootFlag
	if v.apart {
		named = cli.ShellQuote(v.Directory)
	}
	switch {
	case !v.apart:
		display.WriteSuspects(e, "", v.Sweep, v.Suspect, v.Done, v.Reasons)
	case v.Suspect > 0:
		e.Linef("%s", display.SuspectsText(v.Suspect, v.Done, v.Reasons))
		e.Linef("  why:    eisweep show %s", named)
	}
	if v.Unknown > 0 {
		e.Linef("quality unknown: %s; `eisweep verify %s` determines it", cli.Count(v.Unknown, "result"), named)
	}
	v.writeFailures(e, all)
	v.writeEarlier(e, all)
	return nil
}

func (v *SweepView) writePoints(e *cli.Env, all bool) error {
	switch {
	case len(v.points) == 0:
		return nil
	case v.sampled != nil:
		return v.sampled.write(e, all)
	}
	return writePoints(e, v.points, all, pointsInSeeds, v.stops)
}

// rerunCommand is the start of a command that runs tasks of the sweep again.
func (v *SweepView) rerunCommand(e *cli.Env) string { return "eisweep rerun " + v.Sweep + e.Flags() }

// failedClasses counts the failures by class.
func (v *SweepView) failedClasses() map[protocol.Class]int {
	classes := map[protocol.Class]int{}
	for i := range v.Failures {
		classes[v.Failures[i].Class]++
	}
	return classes
}

// failuresShown is the number of failures per class without --all.
const failuresShown = 10

// writeFailures prints failed seeds by class, and how to run them again.
func (v *SweepView) writeFailures(e *cli.Env, all bool) {
	for _, class := range selection.ClassNames() {
		var of []control.Failure
		for _, f := range v.Failures {
			if string(f.Class) == class {
				of = append(of, f)
			}
		}
		if len(of) == 0 {
			continue
		}
		e.Linef("failed (%s): %s", class, cli.Count(len(of), "task"))
		for i, f := range of {
			if i == failuresShown && !all {
				e.Linef("  … and %d more (--all)", len(of)-i)
				break
			}
			e.Linef("  seed %d%s  %s: %s", f.Seed, v.pointOf(&f), f.ID, cli.FirstLine(f.Error))
		}
		if !v.apart {
			e.Linef("  again:  %s", display.RerunClass(v.rerunCommand(e), protocol.Class(class)))
		}
	}
	if v.apart {
		return
	}
	if len(v.Failures) > 0 {
		e.Linef("why:    eisweep show %s%s", v.Failures[0].ID, e.RootFlag)
	}
	if classes := v.failedClasses(); len(classes) > 1 {
		if reruns := display.Reruns(v.rerunCommand(e), classes); reruns[0].Covers(classes) {
			e.Linef("again:  %s", reruns[0])
		}
	}
}

// pointOf is the point of a failed task, if there are several points.
func (v *SweepView) pointOf(f *control.Failure) string {
	if len(v.points) < 2 {
		return ""
	}
	for _, p := range v.points {
		if slices.Contains(p.failed, f.ID) {
			return "  " + p.name
		}
	}
	return ""
}

func (v *SweepView) writeEarlier(e *cli.Env, all bool) {
	if len(v.Earlier) == 0 {
		return
	}
	e.Linef("failed earlier, now done: %s", cli.Count(len(v.Earlier), "task"))
	for i, x := range v.Earlier {
		if i == failuresShown && !all {
			e.Linef("  … and %d more (--all)", len(v.Earlier)-i)
			return
		}
		by := "by a later run"
		if x.Replaced {
			by = "by " + x.ByFile
		} else if x.Kept {
			by = "before; that result is kept"
		}
		e.Linef("  seed %d  %s in run %d: %s; done %s", x.Seed, x.Class, x.Run, cli.FirstLine(x.Error), by)
	}
}
