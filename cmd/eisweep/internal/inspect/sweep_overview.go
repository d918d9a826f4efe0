package inspect

import (
	"context"
	"fmt"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/display"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/coordinator/catalog"
	"eisweep/coordinator/records"
	"eisweep/internal/control"
	"eisweep/internal/root"
)

// SweepOverview is how far a sweep has come: as the coordinator or a `run` says, or as its directory shows.
type SweepOverview struct {
	Sweep  string         `json:"sweep"`
	Status control.Status `json:"status,omitempty"` // "" if it was read from the directory and the sweep is unfinished
	control.Progress
	Missing  int `json:"missing"` // of the pending: were done, and their files are missing
	Damaged  int `json:"damaged"` // of the pending: were done, and their files are damaged
	Priority int `json:"priority"`
	// MaxRunning is how many tasks may run at a time; 0: any number.
	MaxRunning int      `json:"max_running,omitempty"`
	Left       *float64 `json:"left"` // seconds; null where not known
	Directory  string   `json:"directory"`
	From       Reporter `json:"from"`
	Error      string   `json:"error,omitempty"`  // why the directory could not be read, or the coordinator set the sweep aside
	Remedy     string   `json:"remedy,omitempty"` // against the error
	*Cost               // nil where it was not read
}

// Reporter is where an overview comes from.
type Reporter string

// The reporters.
const (
	FromCoordinator Reporter = "coordinator"
	FromRun         Reporter = "run" // a `run` that works on the root
	fromDirectory   Reporter = "directory"
)

// OverviewOf is the overview of a sweep that the coordinator or a `run` reports.
func OverviewOf(r *root.Root, s *control.SweepState, from Reporter) SweepOverview {
	status := s.Status
	if status == "" {
		status = control.Open
	}
	if status == control.Open && s.Done+s.Failed == s.Tasks && s.Undecided == 0 {
		status = control.Finished
	}
	progress := s.Progress
	progress.Pending = s.Tasks - s.Done - s.Failed - s.Running - s.Waiting // also those that a cancellation removed from the queue
	return SweepOverview{
		Sweep: s.Name, Status: status, Progress: progress, Priority: s.Priority, MaxRunning: s.MaxRunning,
		Left:      display.SecondsIfKnown(s.Left, s.LeftKnown),
		Directory: r.SweepDir(s.Name), From: from,
	}
}

// ReadOverview reads a sweep directory, or for a finished sweep the counts that were recorded when it finished.
func ReadOverview(ctx context.Context, r *root.Root, x *LazyCatalog, name string) SweepOverview {
	out := SweepOverview{Sweep: name, Directory: r.SweepDir(name), From: fromDirectory}
	if n, ok := records.ReadSettled(r, name); ok {
		out.Status, out.Tasks, out.Done, out.Suspect, out.Failed = control.Finished, n.Tasks, n.Done, n.Suspect, n.Failed
		return out
	}
	status, err := x.readSweep(ctx, r, name)
	if err != nil {
		out.Error, out.Remedy = err.Error(), cli.Remedy(err)
		return out
	}
	out.count(status)
	out.addRecord(r)
	return out
}

// LazyCatalog is what manifests say. It is made when it is first needed, and reads a manifest when that is needed.
type LazyCatalog struct{ *catalog.Catalog }

func (x *LazyCatalog) readSweep(ctx context.Context, r *root.Root, name string) (*catalog.SweepStatus, error) {
	prober, err := cli.NewProber()
	if err != nil {
		return nil, err
	}
	if x.Catalog == nil {
		if x.Catalog, err = catalog.Lazy(r); err != nil {
			return nil, err
		}
	}
	return x.ReadKept(ctx, prober, name)
}

// GoneOverview is the overview of a sweep whose directory is gone.
func GoneOverview(r *root.Root, name string) SweepOverview {
	gone, out := selection.GoneSweep(r, name), UnreadOverview(r, name)
	out.Directory, out.Error, out.Remedy = gone.Path, gone.Error(), gone.Remedy()
	return out
}

// UnreadOverview is the overview of a sweep whose directory is not read: only what its record says.
func UnreadOverview(r *root.Root, name string) SweepOverview {
	out := SweepOverview{Sweep: name, Directory: r.SweepDir(name), From: fromDirectory}
	if n, err := records.Read(r, name); err == nil {
		out.Status, out.Priority, out.MaxRunning = n.Status, n.Priority, n.MaxRunning
	}
	return out
}

// AddFaults adds the reason why the coordinator set the sweep aside.
func (s *SweepOverview) AddFaults(faults []control.SweepFault) {
	for _, f := range faults {
		if f.Sweep == s.Sweep {
			s.Error, s.Remedy = f.Cause, f.Remedy
		}
	}
}

// Unread reports whether the directory could not be read completely.
func (s *SweepOverview) Unread() bool { return s.Error != "" && s.From == fromDirectory }

// addRecord adds the status from the record of a sweep that is not finished, or why the record cannot be read.
func (s *SweepOverview) addRecord(r *root.Root) {
	n, err := records.Read(r, s.Sweep)
	switch {
	case err == nil && s.Pending > 0:
		s.Status, s.Priority, s.MaxRunning = n.Status, n.Priority, n.MaxRunning
	case err != nil && !records.IsAbsent(r, err) && s.Error == "":
		s.Error, s.Remedy = err.Error(), cli.Remedy(err)
	}
}

// count adds the counts from the directory.
func (s *SweepOverview) count(status *catalog.SweepStatus) {
	tasks := status.Tasks
	s.Tasks = len(tasks)
	if err := status.Unread; err != nil {
		s.Error, s.Remedy = err.Error(), cli.Remedy(err)
	}
	for i := range tasks {
		switch tasks[i].State {
		case catalog.StateDone:
			s.Done++
			if tasks[i].Verdict != 0 {
				s.Suspect++
			}
		case catalog.StateFailed:
			s.Failed++
		default:
			s.Pending++
			if tasks[i].Gone {
				s.Missing++
			}
			if tasks[i].Damaged {
				s.Damaged++
			}
		}
	}
	if s.Pending == 0 && s.Tasks > 0 {
		s.Status = control.Finished
	}
}

// AddCost adds what the sweep has taken, unless its manifest cannot be read.
func (s *SweepOverview) AddCost(r *root.Root, running []control.RunningTask) {
	if cost, err := ReadCost(r, s.Sweep, running, time.Now()); err == nil {
		s.Cost = cost
	}
}

// Text formats the overview, with an error on lines of its own.
func (s *SweepOverview) Text() string {
	if s.Error != "" && s.Tasks == 0 {
		return s.Sweep + ": " + cli.FirstLine(s.Error) + remedyLine(s.Remedy)
	}
	state := control.SweepState{Name: s.Sweep, Progress: s.Progress}
	text := display.SweepText(&state)
	if s.Missing > 0 {
		text += fmt.Sprintf(" (%s missing)", cli.Count(s.Missing, "result"))
	}
	if s.Damaged > 0 {
		text += fmt.Sprintf(" (%s damaged)", cli.Count(s.Damaged, "result"))
	}
	switch {
	case s.Status == control.Paused:
		text += cli.AfterComma("paused (eisweep resume " + s.Sweep + ")")
	case s.Status == control.Cancelled:
		text += cli.AfterComma("cancelled (launch it to continue)")
	case s.Status == control.Open && s.Left != nil && *s.Left > 0:
		text += cli.AfterComma(display.TimeLeft(time.Duration(*s.Left*float64(time.Second)), true, nil))
	}
	text += cli.AfterComma(s.Cost.Text())
	if s.Priority != 0 {
		text += fmt.Sprintf(", priority %d", s.Priority)
	}
	if s.MaxRunning > 0 {
		text += fmt.Sprintf(", at most %d at a time", s.MaxRunning)
	}
	switch {
	case s.Error == "":
	case s.From == fromDirectory:
		text += "\n  not fully readable: " + cli.FirstLine(s.Error) + remedyLine(s.Remedy)
	default:
		text += "\n  suspended: " + cli.FirstLine(s.Error) + remedyLine(s.Remedy)
	}
	return text
}

// remedyLine is a line with the remedy, if there is one.
func remedyLine(remedy string) string {
	if remedy == "" {
		return ""
	}
	return "\n  remedy: " + cli.FirstLine(remedy)
}
