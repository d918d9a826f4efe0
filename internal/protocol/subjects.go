package protocol

import (
	"fmt"
	"strconv"
	"strings"

	"eisweep/sim"
	"eisweep/sweeps"
)

// StreamKinds are the kinds of messages that a root keeps in streams, one stream each.
var StreamKinds = []string{"tasks", "outcomes", "attempts"}

// Subjects names a root's subjects and streams. Subjects of this format begin with
// eisweep<format>.<root id>.m<model version>; a stream holds those of all model versions.
type Subjects struct{ root string }

// Version is the part of a subject that names the version of the model.
func Version() string { return fmt.Sprintf("m%d", sim.ModelVersion) }

// Compatibility names what two programs must have in common to work on one root: the format of the messages and the version of the
// model.
func Compatibility() string {
	return fmt.Sprintf("format %d, model version %d", Format, sim.ModelVersion)
}

// start is the part of all subjects of this format before the version.
func (s Subjects) start() string { return fmt.Sprintf("eisweep%d.%s.", Format, s.root) }

func (s Subjects) prefix() string { return s.start() + Version() + "." }

// Every matches the subjects of a kind of all model versions; tail is the pattern of what follows the kind.
func (s Subjects) Every(kind, tail string) string {
	all := s.start() + "*." + kind
	if tail != "" {
		all += "." + tail
	}
	return all
}

// Inbox is the prefix of the subjects under which a role receives answers.
func (s Subjects) Inbox(role Role) string { return s.start() + "inbox." + string(role) }

// All matches the subjects of a kind of this version.
func (s Subjects) All(kind string) string { return s.OfVersion(Version(), kind) }

// OfVersion matches the subjects of a kind of one version.
func (s Subjects) OfVersion(version, kind string) string {
	return s.start() + version + "." + kind + ".>"
}

// SubjectsOf returns the subjects of the root with this id.
func SubjectsOf(root string) Subjects { return Subjects{root: root} }

// Task is the subject of the order to execute a run of a task.
func (s Subjects) Task(id sweeps.ID, run int) string { return s.order("tasks", id, run) }

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

// Hello is the subject under which a coordinator asks all workers to report their state.
func (s Subjects) Hello() string { return s.prefix() + "hello" }

// Presence is the subject under which a worker reports its state.
func (s Subjects) Presence(worker string) string { return s.prefix() + "workers." + Token(worker) }

// Commands is the subject of commands to a worker.
func (s Subjects) Commands(worker string) string { return s.prefix() + "commands." + Token(worker) }

// OtherCommands is the subject of commands to a worker of another version of the model.
func (s Subjects) OtherCommands(version, worker string) string {
	return s.start() + version + ".commands." + Token(worker)
}

// Updates is the subject of the new lines of a sweep's manifest.
func (s Subjects) Updates(sweep string) string { return s.prefix() + "updates." + sweep }

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
func (s Subjects) Stream(kind string) string {
	return fmt.Sprintf("eisweep%d_%s_%s", Format, s.root, kind)
}

// Consumer is the name of the consumer of the tasks of this version. A worker of another version does not find
// it.
func (s Subjects) Consumer() string { return Version() }

// Tokens returns the tokens of a subject of this version after its kind. The error wraps ErrMessage.
func (s Subjects) Tokens(kind, subject string) ([]string, error) {
	rest, ok := strings.CutPrefix(subject, s.prefix()+kind+".")
	if !ok {
		return nil, fmt.Errorf("subject %q: %w", subject, ErrMessage)
	}
	return strings.Split(rest, "."), nil
}

// ParseOrder reads (id, run) from the subject of a task, an outcome or an attempt. The error wraps ErrMessage.
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
