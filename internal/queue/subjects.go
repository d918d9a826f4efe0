package queue

import (
	"fmt"
	"strconv"
	"strings"

	"eisweep/sim"
	"eisweep/sweeps"
)

// kinds are the streams of a root.
var kinds = []string{"tasks", "outcomes", "attempts", "state"}

// scheme names a root's subjects. Those of this format and model version begin
// with eisweep.<root id>.f<format>m<model>; a stream holds all versions'.
type scheme struct{ root string }

func version() string { return fmt.Sprintf("f%dm%d", Format, sim.ModelVersion) }

func (s scheme) prefix() string { return "eisweep." + s.root + "." + version() + "." }

// every is the kind's subjects of all versions; tail has its wildcards.
func (s scheme) every(kind, tail string) string {
	all := "eisweep." + s.root + ".*." + kind
	if tail != "" {
		all += "." + tail
	}
	return all
}

// inbox begins the subjects under which a role's answers come.
func (s scheme) inbox(role Role) string { return "eisweep." + s.root + ".inbox." + string(role) }

// all is the kind's subjects of this version.
func (s scheme) all(kind string) string { return s.ofVersion(version(), kind) }

// ofVersion is the kind's subjects of a version.
func (s scheme) ofVersion(version, kind string) string {
	return "eisweep." + s.root + "." + version + "." + kind + ".>"
}

// subjectsOf returns the scheme of the root with this id.
func subjectsOf(root string) scheme { return scheme{root: root} }

func (s scheme) task(sweep string, id sweeps.ID) string {
	return s.prefix() + "tasks." + sweep + "." + id.String()
}

func (s scheme) sweep(sweep string) string { return s.prefix() + "tasks." + sweep + ".*" }

func (s scheme) outcome(id sweeps.ID, run int) string { return s.order("outcomes", id, run) }

func (s scheme) attempts(id sweeps.ID, run int) string { return s.order("attempts", id, run) }

func (s scheme) order(kind string, id sweeps.ID, run int) string {
	return s.prefix() + kind + "." + id.String() + "." + strconv.Itoa(run)
}

func (s scheme) progress(id sweeps.ID) string { return s.prefix() + "progress." + id.String() }

// control is the subject of requests to the coordinator.
func (s scheme) control(verb string) string { return s.prefix() + "control." + verb }

// wake is the subject of a hint that there may be tasks.
func (s scheme) wake() string { return s.prefix() + "wake" }

// offer is the subject of what workers are offered.
func (s scheme) offer() string { return s.prefix() + "state.sweeps" }

// presence is the subject under which a worker tells of itself, order that of words
// to it.
func (s scheme) presence(worker string) string { return s.prefix() + "workers." + token(worker) }

func (s scheme) orders(worker string) string { return s.prefix() + "orders." + token(worker) }

func (s scheme) note(sweep string) string { return s.prefix() + "notes." + sweep }

// token makes one part of a subject of any name: other bytes than letters, digits,
// _ and - become %XX.
func token(name string) string {
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

func (s scheme) stream(kind string) string { return "eisweep_" + s.root + "_" + kind }

// consumer names the consumer of a sweep. A worker of another version finds none.
func (s scheme) consumer(sweep string) string { return version() + "_" + sweep }

// tokens returns the parts of a subject of this version after its kind.
func (s scheme) tokens(kind, subject string) ([]string, error) {
	rest, ok := strings.CutPrefix(subject, s.prefix()+kind+".")
	if !ok {
		return nil, fmt.Errorf("subject %q: %w", subject, ErrMessage)
	}
	return strings.Split(rest, "."), nil
}

// parseTask reads the sweep and the id from a task's subject.
func (s scheme) parseTask(subject string) (sweep string, id sweeps.ID, err error) {
	parts, err := s.tokens("tasks", subject)
	if err != nil {
		return "", id, err
	}
	if len(parts) != 2 || !sweeps.IsName(parts[0]) {
		return "", id, fmt.Errorf("subject %q: %w", subject, ErrMessage)
	}
	id, err = parseID(parts[1])
	return parts[0], id, err
}

// parseOrder reads (id, run) from the subject of an outcome or an attempt.
func (s scheme) parseOrder(kind, subject string) (id sweeps.ID, run int, err error) {
	parts, err := s.tokens(kind, subject)
	if err != nil {
		return id, 0, err
	}
	if len(parts) != 2 {
		return id, 0, fmt.Errorf("subject %q: %w", subject, ErrMessage)
	}
	run, err = strconv.Atoi(parts[1])
	if err != nil || run < 1 || run > maxCount || strconv.Itoa(run) != parts[1] {
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
