package events

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"eisweep/internal/units"
	"eisweep/sweeps"
)

// Text is the event as a sentence for people, without its time. Its texts come from files and messages: whoever shows it escapes
// control characters. Clock times are local.
func (e *Event) Text() string {
	switch strings.SplitN(string(e.Kind), "_", 2)[0] {
	case "sweep":
		return e.sweepText()
	case "worker":
		return e.workerText()
	case "attempt", "task":
		return e.attemptText()
	case "coordinator":
		return e.coordinatorText()
	}
	switch e.Kind {
	case HookStarted:
		return "a hook of sweep " + e.Sweep + " started: " + e.Why
	case HookFinished:
		return "a hook of sweep " + e.Sweep + " finished: " + e.Why
	case HookFailed:
		return "a hook of sweep " + e.Sweep + " failed: " + e.Why + ": " + e.Error
	case DiskLow:
		return "the disk of the root is almost full: " + units.Size(e.Free) + " free"
	case DiskEnough:
		return "the disk of the root has enough space again: " + units.Size(e.Free) + " free"
	case NATSUnreachable:
		return "NATS is unreachable" + since(e)
	case NATSReachable:
		return "NATS is reachable again" + since(e)
	case EventsLost:
		return fmt.Sprintf("%d events could not be written and are lost", e.Count)
	}
	return strings.ReplaceAll(string(e.Kind), "_", " ") // of a later version
}

func (e *Event) sweepText() string {
	subject := "sweep " + e.Sweep
	switch e.Kind {
	case SweepLaunched:
		return subject + " launched" + by(e) + ": " + count(e.Tasks, "task") + after(", priority ", e.priorityText())
	case SweepExtended:
		return subject + " extended" + by(e) + ": " + count(e.Tasks, "task") + after(", ", e.Why)
	case SweepCancelled:
		if e.Tasks > 0 {
			return subject + " cancelled" + by(e) + ": " + count(e.Tasks, "task") + " withdrawn"
		}
	case SweepPriorityChanged:
		return subject + " has priority " + e.priorityText() + by(e)
	case SweepLimitChanged:
		return subject + " runs " + e.limitText() + " at a time" + by(e)
	case SweepFinished:
		return fmt.Sprintf("%s finished: %d done, %d failed", subject, e.Done, e.Failed)
	case SweepSetAside:
		return subject + " is set aside: " + e.Error + after("; remedy: ", e.Remedy)
	case SweepContinued:
		return subject + " continues"
	case SweepRemoved:
		return subject + " removed" + by(e) + after(": ", e.Why)
	case SweepRenamed:
		return subject + " renamed to " + e.Why + by(e)
	}
	return subject + " " + strings.TrimPrefix(string(e.Kind), "sweep_") + by(e)
}

func (e *Event) workerText() string {
	subject := "worker " + e.Worker
	switch e.Kind {
	case WorkerJoined:
		return subject + " joined on " + e.Host + ": " + count(e.Slots, "slot") + ", version " + cmp.Or(e.Version, "unknown")
	case WorkerSilent:
		return subject + ": no heartbeat" + since(e)
	case WorkerBack:
		return subject + " is back"
	case WorkerDraining:
		return subject + " told to drain" + by(e) + after(": ", e.Why)
	}
	return subject + " left" + after(": ", e.Why)
}

func (e *Event) attemptText() string {
	if e.Count > 0 {
		verb := map[Kind]string{AttemptStarted: "started", AttemptFinished: "finished", AttemptReturned: "returned", TaskFailed: "failed"}[e.Kind]
		noun := "more attempt"
		if e.Kind == TaskFailed {
			noun = "more task"
		}
		return fmt.Sprintf("%s of sweep %s %s%s", count(e.Count, noun), e.Sweep, verb, after(": ", e.Why))
	}
	switch e.Kind {
	case AttemptStarted:
		return e.attemptName() + " started on worker " + e.Worker
	case AttemptFinished:
		return e.attemptName() + " finished on worker " + e.Worker
	}
	return e.attemptName() + ": " + e.Ending()
}

// Ending says why an attempt or a task ended without a result, and does not name it; "" for other events.
func (e *Event) Ending() string {
	switch e.Kind {
	case AttemptReturned:
		return "returned by worker " + e.Worker + after(": ", e.Why)
	case AttemptTakenOver:
		why := e.Why
		if !e.Since.IsZero() {
			why = "no heartbeat from worker " + e.Worker + since(e)
		}
		return why + "; taken over " + clock(e.Time, e.Time)
	case AttemptBack:
		return "back on worker " + e.Worker + "; it continues"
	case AttemptFailed:
		return "failed (" + string(e.Class) + ") on worker " + e.Worker + after(": ", e.Error) + "; " + cmp.Or(e.Why, "the task runs again")
	case TaskFailed:
		return "failed (" + string(e.Class) + ")" + after(" on worker ", e.Worker) + after(": ", e.Error)
	}
	return ""
}

// attemptName returns the task's name and the attempt's number.
func (e *Event) attemptName() string {
	name := e.Sweep
	if e.File != "" {
		name += "/" + e.File
	}
	if e.Task != (sweeps.ID{}) {
		name = strings.TrimPrefix(name+" "+e.Task.String(), " ")
	}
	if e.Attempt > 0 {
		name += fmt.Sprintf(", run %d, attempt %d", e.Run, e.Attempt)
	}
	return name
}

func (e *Event) coordinatorText() string {
	who := fmt.Sprintf("process %d on %s", e.PID, e.Host)
	switch e.Kind {
	case CoordinatorStarted:
		return "coordinator started: " + who + after(", version ", e.Version)
	case CoordinatorStopped:
		return "coordinator stopped: " + who + after(": ", e.Error)
	case CoordinatorTookOver:
		return "coordinator took over: " + who + ", from " + cmp.Or(e.Why, "one that did not release the root")
	}
	return "coordinator lost the ownership of the root: " + who + after(": ", cmp.Or(e.Error, e.Why))
}

func (e *Event) priorityText() string {
	if e.Priority == nil {
		return ""
	}
	return fmt.Sprint(*e.Priority)
}

func (e *Event) limitText() string {
	if e.MaxRunning == nil || *e.MaxRunning == 0 {
		return "any number of tasks"
	}
	return "at most " + count(*e.MaxRunning, "task")
}

// by says who gave a command.
func by(e *Event) string {
	if e.User == "" {
		return ""
	}
	return " by " + e.User + after("@", e.From)
}

// after is a text that is not empty, with a separator before it.
func after(separator, text string) string {
	if text == "" {
		return ""
	}
	return separator + text
}

// count words a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// since says since when, if that is known.
func since(e *Event) string {
	if e.Since.IsZero() {
		return ""
	}
	return " since " + clock(e.Since, e.Time)
}

// clock is a moment in local time, without the date if that is the event's.
func clock(t, event time.Time) string {
	t, event = t.Local(), event.Local()
	if t.YearDay() == event.YearDay() && t.Year() == event.Year() {
		return t.Format(time.TimeOnly)
	}
	return t.Format(time.DateTime)
}
