package display

import (
	"encoding/json"
	"errors"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// events writes progress as JSON, one object per line (docs/commands.md). Later versions may add fields, but do not change
// their meaning.
type events struct {
	e    *cli.Env
	Out  *json.Encoder
	next time.Time
}

// eventsTime is the interval of progress events.
const eventsTime = time.Second

func NewEvents(e *cli.Env) *events {
	out := e.Encoder()
	return &events{e: e, Out: out}
}

// planEvent is the event "plan", one per sweep; `plan --json` writes it too.
type planEvent struct {
	Event     string `json:"event"`
	Sweep     string `json:"sweep"`
	Directory string `json:"directory"`
	control.PlanCounts
	Estimate *Estimate `json:"estimate,omitempty"`
}

func NewPlanEvent(s *control.SweepPlan) planEvent {
	out := planEvent{Event: "plan", Sweep: s.Name, Directory: s.Dir, PlanCounts: s.PlanCounts}
	out.Gone = append([]string{}, s.Gone...) // [] where there are none
	return out
}

func (w *events) Plan(p control.Plan) {
	for i := range p.Sweeps {
		w.Out.Encode(NewPlanEvent(&p.Sweeps[i]))
	}
}

// taskEvent is the event "task": the task's line of the manifest.
type taskEvent struct {
	Event string         `json:"event"`
	Task  *manifest.Line `json:"task"`
}

func (w *events) Task(line *manifest.Line) { w.Out.Encode(taskEvent{"task", line}) }

type progressEvent struct {
	Event   string           `json:"event"`
	Elapsed float64          `json:"elapsed"`
	Left    *float64         `json:"left"` // seconds; null if not known yet
	Range   *[2]float64      `json:"left_interval"`
	Sweeps  []sweepStateJSON `json:"sweeps"`
	Running []runningJSON    `json:"running"`
}

type sweepStateJSON struct {
	Sweep string `json:"sweep"`
	control.Progress
	Left  *float64    `json:"left"`
	Range *[2]float64 `json:"left_interval"`
}

type runningJSON struct {
	ID      sweeps.ID `json:"id"`
	Sweep   string    `json:"sweep"`
	File    string    `json:"file"`
	Attempt int       `json:"attempt"`
	Phase   string    `json:"phase"`
	Trial   int       `json:"trial"`
	Trials  int       `json:"trials"`
	Done    int64     `json:"stimuli"`
	Total   int64     `json:"of_stimuli"`
	Left    *float64  `json:"left"`
}

func (w *events) Progress(s control.Snapshot) {
	if time.Now().Before(w.next) {
		return
	}
	w.next = time.Now().Add(eventsTime)
	out := progressEvent{Event: "progress", Elapsed: s.Elapsed.Seconds(), Left: SecondsIfKnown(s.Left, s.LeftKnown),
		Range: inSeconds(s.LeftRange), Sweeps: []sweepStateJSON{}, Running: []runningJSON{}}
	for _, x := range s.Sweeps {
		out.Sweeps = append(out.Sweeps, sweepStateJSON{x.Name, x.Progress, SecondsIfKnown(x.Left, x.LeftKnown), inSeconds(x.LeftRange)})
	}
	for _, r := range s.Running {
		p := r.Progress
		out.Running = append(out.Running, runningJSON{r.ID, r.Sweep, r.File, r.Attempt, p.Phase, p.Trial, p.Trials, p.Done, p.Total,
			SecondsIfKnown(r.Left, r.LeftKnown)})
	}
	w.Out.Encode(out)
}

func SecondsIfKnown(d time.Duration, known bool) *float64 {
	if !known {
		return nil
	}
	s := d.Seconds()
	return &s
}

// inSeconds is a range in seconds; nil where it is not known.
func inSeconds(between *[2]time.Duration) *[2]float64 {
	if between == nil {
		return nil
	}
	return &[2]float64{between[0].Seconds(), between[1].Seconds()}
}

func (w *events) Notice(line string) { w.e.Notef("%s", line) }

type summaryEvent struct {
	Event     string                 `json:"event"`
	Sweep     string                 `json:"sweep"`
	Directory string                 `json:"directory"`
	Tasks     int                    `json:"tasks"`
	Done      int                    `json:"done"`
	Ran       int                    `json:"ran"`
	Reused    int                    `json:"reused"`
	Linked    int                    `json:"linked"`
	Failed    int                    `json:"failed"`
	ByClass   map[protocol.Class]int `json:"by_class"`
	Stopped   bool                   `json:"stopped"` // by a signal, before the end
	Failures  []failureJSON          `json:"failures"`
	Suspect   int                    `json:"suspect"` // of the done
	Reasons   map[string]int         `json:"reasons"` // of the suspect, by name
}

type failureJSON struct {
	ID    sweeps.ID      `json:"id"`
	File  string         `json:"file"`
	Class protocol.Class `json:"class"`
	Error string         `json:"error"`
}

func (w *events) Summary(sum control.Summary, err error) {
	var signal *cli.Interrupted
	for _, s := range sum.Sweeps {
		out := summaryEvent{"summary", s.Name, s.Dir, s.Tasks, s.Done, s.Ran, s.Reused, s.Linked, s.Failed, s.ByClass,
			errors.As(err, &signal), []failureJSON{}, s.Suspect, s.Reasons}
		for _, f := range s.Failures {
			out.Failures = append(out.Failures, failureJSON{f.ID, f.File, f.Class, f.Error})
		}
		w.Out.Encode(out)
	}
}
