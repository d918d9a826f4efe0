package protocol

import (
	"fmt"
	"strconv"
	"strings"

	"eisweep/sim"
	"eisweep/sweeps"
)

// StreamKinds are the kinds of messages that a root keeps in streams, one stream each.
var StreamKinds = []string{"tasks", "outcomes", "attempts", "state"}

// Subjects names a root's subjects and streams. Subjects of this format and model version begin
// with eisweep.<root id>.f<format>m<model>; a stream holds those of all versions.
type Subjects struct{ root string }

// Version is the part of a subject that names the format of the messages and the version of the model.
func Version() string { return fmt.Sprintf("f%dm%d", Format, sim.ModelVersion) }

func (s Subjects) prefix() string { return "eisweep." + s.root + "." + Version() + "." }

// Every matches the subjects of a kind of all versions; tail is the pattern of what follows the kind.
func (s Subjects) Every(kind, tail string) string {
	all := "eisweep." + s.root + ".*." + kind
	if tail != "" {
		all += "." + tail
	}
	return all
}

// Inbox is the prefix of the subjects under which a role receives answers.
func (s Subjects) Inbox(role Role) string { return "eisweep." + s.root + ".inbox." + string(role) }

// All matches the subjects of a kind of this version.
func (s Subjects) All(kind string) string { return s.OfVersion(Version(), kind) }

// OfVersion matches the subjects of a kind of one version.
func (s Subjects) OfVersion(version, kind string) string {
	return "eisweep." + s.root + "." + version + "." + kind + ".>"
}

// SubjectsOf returns the subjects of the root with this id.
func SubjectsOf(root string) Subjects { return Subjects{root: root} }

// Task is the subject of a queued task.
func (s Subjects) Task(sweep string, id sweeps.ID) string {
	return s.prefix() + "tasks." + sweep + "." + id.String()
}

// Sweep matches the subjects of a sweep's queued tasks.
func (s Subjects) Sweep(sweep string) string { return s.prefix() + "tasks." + sweep + ".*" }

// Outcome is the subject of the one outcome of a task's run.
func (s Subjects) Outcome(id sweeps.ID, run int) string { return s.order("outcomes", id, run) }

// Attempts is the subject of the events of a run's attempts.
func (s Subjects) Attempts(id sweeps.ID, run int) string { return s.order("attempts", id, run) }

func (s Subjects) order(kind string, id sweeps.ID, run int) string {
	return s.prefix() + kind + "." + id.String() + "." + strconv.Itoa(run)
}

// Progress is the subject of the progress of a task.
func (s Subjects) Progress(id sweeps.ID) string { return s.prefix() + "progress." + id.String() }

// Control is the subject of a request to the coordinator.
func (s Subjects) Control(verb string) string { return s.prefix() + "control." + verb }

// Wake is the subject of a hint that there may be tasks.
func (s Subjects) Wake() string { return s.prefix() + "wake" }

// Roster is the subject of the list of open sweeps.
func (s Subjects) Roster() string { return s.prefix() + "state.sweeps" }

// Presence is the subject under which a worker reports its state.
func (s Subjects) Presence(worker string) string { return s.prefix() + "workers." + Token(worker) }

// Commands is the subject of commands to a worker.
func (s Subjects) Commands(worker string) string { return s.prefix() + "orders." + Token(worker) }

// Updates is the subject of the new lines of a sweep's manifest.
func (s Subjects) Updates(sweep string) string { return s.prefix() + "notes." + sweep }

// Token encodes a name as one token of a subject: bytes other than letters, digits, _ and - become %XX.
func Token(name string) string {
	var b strings.Builder
	for _, c := range []byte(name) {
		if c == '-' || c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	if b.Len() == 0 {
		return "%"
	}
	return b.String()
}

// Stream is the name of the stream of a kind.
func (s Subjects) Stream(kind string) string { return "eisweep_" + s.root + "_" + kind }

// Consumer is the name of a sweep's consumer. A worker of another version finds none.
func (s Subjects) Consumer(sweep string) string { return Version() + "_" + sweep }

// Tokens returns the tokens of a subject of this version after its kind. The error wraps ErrMessage.
func (s Subjects) Tokens(kind, subject string) ([]string, error) {
	rest, ok := strings.CutPrefix(subject, s.prefix()+kind+".")
	if !ok {
		return nil, fmt.Errorf("subject %q: %w", subject, ErrMessage)
	}
	return strings.Split(rest, "."), nil
}

// ParseTask reads the sweep and the id from a task's subject. The error wraps ErrMessage.
func (s Subjects) ParseTask(subject string) (sweep string, id sweeps.ID, err error) {
	parts, err := s.Tokens("tasks", subject)
	if err != nil {
		return "", id, err
	}
	if len(parts) != 2 || !sweeps.IsName(parts[0]) {
		return "", id, fmt.Errorf("subject %q: %w", subject, ErrMessage)
	}
	id, err = parseID(parts[1])
	return parts[0], id, err
}

// ParseOrder reads (id, run) from the subject of an outcome or an attempt. The error wraps ErrMessage.
func (s Subjects) ParseOrder(kind, subject string) (id sweeps.ID, run int, err error) {
	parts, err := s.Tokens(kind, subject)
	if err != nil {
		return id, 0, err
	}
	if len(parts) != 2 {
		return id, 0, fmt.Errorf("subject %q: %w", subject, ErrMessage)
	}
	run, err = strconv.Atoi(parts[1])
	if err != nil || run < 1 || run > MaxCount || strconv.Itoa(run) != parts[1] {
		return id, 0, fmt.Errorf("subject %q: run %q: %w", subject, parts[1], ErrMessage)
	}
	id, err = parseID(parts[0])
	return id, run, err
}

func parseID(text string) (sweeps.ID, error) {
	id, err := sweeps.ParseID(text)
	if err != nil || id == (sweeps.ID{}) {
		return sweeps.ID{}, fmt.Errorf("task id %q: %w", text, ErrMessage)
	}
	return id, nil
}
