package inspect

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/display"
	"eisweep/internal/atomicfile"
	"eisweep/internal/manifest"
	"eisweep/internal/quality"
	"eisweep/internal/root"
	"eisweep/sim"
	"eisweep/sweeps"
)

// task shows the task with an id prefix.
func (s *ShowOptions) task(ctx context.Context, e *cli.Env, r *root.Root, launched []string, prefix string) error {
	found, err := FindTask(ctx, r, launched, prefix)
	if err != nil {
		return err
	}
	for i := range s.Running {
		if s.Running[i].ID == found.ID {
			found.running = &s.Running[i]
		}
	}
	if found.Line == nil || found.Line.State == manifest.Failed {
		if found.Line != nil {
			found.addLog(readLogFile(r.Log(found.ID, found.Line.Run, cmp.Or(found.Line.Token, strconv.Itoa(found.Line.Attempt)))))
		}
		return s.write(ctx, e, found)
	}
	unread := found.addFile(ctx)
	if unread != nil {
		found.readError = unread.Error()
	}
	if err := s.write(ctx, e, found); err != nil || !atomicfile.IsRefused(unread) {
		return err
	}
	return &cli.ExitError{Code: cli.ExitStorage}
}

// file shows a result file.
func (s *ShowOptions) file(ctx context.Context, e *cli.Env, r *root.Root, name string) error {
	path, err := locate(r, name)
	if err != nil {
		return err
	}
	a := &TaskRecord{path: path}
	if sweep, file, ok := withinRoot(r, path); ok {
		for line, err := range manifest.Read(r.Manifest(sweep)) {
			if err != nil {
				return err
			}
			if line.File == file {
				a = newTaskRecord(r, sweep, &line)
			}
		}
	}
	if err := a.addFile(ctx); atomicfile.IsRefused(err) {
		return err
	} else if err != nil {
		return cli.WithCode(cli.ExitInput, err)
	}
	return s.write(ctx, e, a)
}

// inputText formats a file that a task starts from.
func inputText(in *sweeps.Input) string {
	if in.Task != (sweeps.ID{}) {
		if in.File == "" {
			return in.Task.String()
		}
		return fmt.Sprintf("%s (%s/%s)", in.Task, in.Sweep, in.File)
	}
	return cmp.Or(in.Path, "a file") + " with SHA-256 " + in.SHA256
}

// logShown is the number of log lines without --log.
const logShown = 15

func (s *ShowOptions) write(ctx context.Context, e *cli.Env, a *TaskRecord) error {
	if err := a.findProducts(ctx); err != nil {
		return err
	}
	if s.JSON {
		return a.writeJSON(e)
	}
	t := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
	for _, fact := range a.rows(e.RootFlag) {
		if fact[1] != "" {
			fmt.Fprintln(t, cli.Row(fact[:]...))
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	s.writeParameters(e, a)
	s.writeLog(e, a)
	return nil
}

// rows are the facts of a record; those without a value are left out.
func (a *TaskRecord) rows(rootFlag string) [][2]string {
	rows := [][2]string{{"task", a.ID.String()}, {"sweep", a.Sweep}, {"file", a.path}}
	if a.known || a.Line != nil {
		rows = append(rows, [2]string{"experiment", string(a.experiment)}, [2]string{"seed", fmt.Sprint(a.seed)})
	} else if a.info != nil {
		rows = append(rows, [2]string{"made by", "the published program, whose files lack their parameters"})
	}
	if a.info != nil {
		rows = append(rows, [2]string{"network", fmt.Sprintf("%d E neurons, %d stimuli", cube(a.info.NPerAxis), cube(a.info.NStimuli))})
	}
	if a.source != nil {
		rows = append(rows, [2]string{"source", inputText(a.source)})
	}
	if a.initial != nil {
		rows = append(rows, [2]string{"starts from", strings.Join(a.initial.Take, ", ") + " of " + inputText(&a.initial.Input)})
	}
	rows = append(rows, [2]string{"products with wee", a.productsText()}, [2]string{"replaces", a.replaces.String()})
	rows = append(rows, a.provenance(rootFlag)...)
	return append(rows, a.qualityRows()...)
}

// quality is that of the result: the file's, or where that was not read, the manifest's.
func (a *TaskRecord) quality() *quality.Quality {
	if a.info != nil {
		return a.info.Quality
	}
	if a.Line != nil && a.Line.State != manifest.Failed {
		return a.Line.Quality
	}
	return nil
}

// qualityRows say whether the result can be trusted.
func (a *TaskRecord) qualityRows() [][2]string {
	q := a.quality()
	if q == nil {
		if a.info == nil {
			return nil
		}
		return [][2]string{{"quality", "unknown: the file does not say which states settled"}}
	}
	rows := [][2]string{{"quality", "nothing suspect"}}
	for n, r := range q.Reasons(a.experiment) {
		if n == 0 {
			rows[0][1] = "suspect: " + strings.Join(q.Verdict().Names(), ", ")
		}
		rows = append(rows, [2]string{"  " + r.Name, r.String()})
	}
	if q.PlannedTrials > 0 {
		rows = append(rows, [2]string{"trials trained", fmt.Sprintf("%d of %d", q.Trials, q.PlannedTrials)})
	}
	return rows
}

// productsText says how products with wee are computed; a wee from a file is a convolution only if it has the same bits as the
// one that the parameters give.
func (a *TaskRecord) productsText() string {
	given := a.experiment == sim.Perturb || a.initial != nil && slices.Contains(a.initial.Take, "wee")
	if given && a.products == "convolution" {
		return "convolution if wee follows from the parameters, else dense"
	}
	return a.products
}

func cube(n int) int { return n * n * n }

// provenance are the facts from the manifest, and of a running task its progress.
func (a *TaskRecord) provenance(rootFlag string) (rows [][2]string) {
	l := a.Line
	switch {
	case a.running != nil:
		rows = [][2]string{{"state", "running on " + a.running.Host + ": " + display.RunningText(a.running)}}
	case l == nil:
		if a.info != nil {
			return [][2]string{{"read error", a.readError}}
		}
		return [][2]string{{"state", fmt.Sprintf("no result yet; see `eisweep explain %s%s`", a.ID, rootFlag)}}
	default:
		rows = [][2]string{{"state", string(l.State)}}
	}
	if l == nil {
		return rows
	}
	if l.State == manifest.Failed {
		rows = append(rows, [2]string{"class", l.Class}, [2]string{"error", strings.ReplaceAll(l.Error, "\n", "\n\t")})
	}
	rows = append(rows, [2]string{"run", fmt.Sprintf("%d, attempt %d", l.Run, l.Attempt)})
	if !l.Started.IsZero() {
		took := cli.Duration(time.Duration(l.Seconds * float64(time.Second)))
		rows = append(rows, [2]string{"started", l.Started.UTC().Format(time.RFC3339)},
			[2]string{"finished", l.Finished.UTC().Format(time.RFC3339) + " (" + took + ")"})
	}
	return append(rows, [][2]string{
		{"host", l.Host}, {"worker", l.Worker}, {"program", l.Version}, {"model version", fmt.Sprint(l.ModelVersion)},
		{"linked from", l.ReusedFrom}, {"bytes", cli.NonZero(int(l.Bytes), "("+cli.Size(l.Bytes)+")")},
		{"digest", l.Digest}, {"sha256", l.SHA256}, {"read error", a.readError},
	}...)
}

func (s *ShowOptions) writeParameters(e *cli.Env, a *TaskRecord) {
	if !a.known {
		return
	}
	rows := a.parameters(s.All)
	if s.All {
		e.Linef("\nparameters")
	} else if len(rows) == 0 {
		e.Linef("\nall parameters have their defaults (--all lists them)")
	} else {
		e.Linef("\nparameters that differ from their defaults (--all lists all)")
	}
	t := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
	for _, p := range rows {
		usual := ""
		if p[1] != p[2] {
			usual = "default " + p[2]
		}
		fmt.Fprintln(t, cli.Row("  "+p[0], p[1], usual))
	}
	t.Flush()
}

func (s *ShowOptions) writeLog(e *cli.Env, a *TaskRecord) {
	lines := a.log
	if len(lines) == 0 {
		return
	}
	if len(lines) > logShown && !s.Log {
		e.Linef("\nlog (last %d of %d lines; --log shows all)", logShown, len(lines))
		lines = lines[len(lines)-logShown:]
	} else {
		e.Linef("\nlog")
	}
	for _, line := range lines {
		e.Linef("  %s", line)
	}
}

// taskRecordJSON is what `show TASK|FILE --json` writes.
type taskRecordJSON struct {
	ID         string         `json:"id,omitempty"`
	Sweep      string         `json:"sweep,omitempty"`
	Path       string         `json:"path,omitempty"`
	Known      bool           `json:"known"` // whether experiment, seed and parameters are known
	Experiment sim.Experiment `json:"experiment,omitempty"`
	Seed       uint32         `json:"seed"`
	Parameters sim.Values     `json:"parameters,omitempty"` // every one that the experiment reads
	Products   string         `json:"products,omitempty"`   // with a wee that the parameters give: convolution, dense or none
	Manifest   *manifest.Line `json:"manifest"`             // null without a line
	// Quality is the file's, or else the manifest's; null without a result, or where it is unknown.
	Quality *quality.Quality `json:"quality"`
	Reasons []quality.Reason `json:"reasons,omitempty"` // why the result is suspect
	Log     []string         `json:"log"`
}

func (a *TaskRecord) writeJSON(e *cli.Env) error {
	out := taskRecordJSON{
		ID: a.ID.String(), Sweep: a.Sweep, Path: a.path, Known: a.known, Experiment: a.experiment, Seed: a.seed,
		Products: a.products, Manifest: a.Line, Log: a.log, Quality: a.quality(),
	}
	out.Reasons = out.Quality.Reasons(a.experiment)
	if a.known {
		out.Parameters = sim.Read(a.experiment, sim.Resolve(a.experiment, a.settings))
	}
	enc := e.Encoder()
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}
