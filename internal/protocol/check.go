package protocol

import (
	"fmt"
	"math"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"eisweep/sim"
	"eisweep/sweeps"
)

// Limits on the contents of a message.
const (
	MaxCount      = math.MaxInt32 // run and attempt numbers
	maxParameters = 1000
	maxEarlier    = 100
	maxError      = 8 << 10 // bytes of an error's text
	maxName       = 255     // bytes of a host's, worker's or version's name
	maxPath       = 4096
)

var (
	hash  = regexp.MustCompile(`^[0-9a-f]{64}$`)
	takes = []string{"wee", "wei", "wie", "wii"}
)

// refuse is an error that wraps ErrMessage.
func refuse(format string, args ...any) error {
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), ErrMessage)
}

func (t *TaskMessage) check() error {
	switch _, err := sim.ParseExperiment(string(t.Experiment)); {
	case zero(t.ID):
		return refuse("no task id")
	case t.Run < 1 || t.Run > MaxCount:
		return refuse("run %d", t.Run)
	case !sweeps.IsName(t.Sweep):
		return refuse("sweep %q", t.Sweep)
	case err != nil:
		return refuse("%v", err)
	case len(t.Parameters) > maxParameters:
		return refuse("%d parameters", len(t.Parameters))
	case t.Attempt < 1 || t.Attempt > MaxCount:
		return refuse("attempt %d", t.Attempt)
	case len(t.Earlier) > maxEarlier:
		return refuse("%d earlier attempts", len(t.Earlier))
	}
	for _, token := range t.Earlier {
		if !IsToken(token) {
			return refuse("token %.100q", token)
		}
	}
	for _, p := range t.Parameters {
		if word := p.Value.String(); len(p.Name) > maxName || len(word) > maxName || !utf8.ValidString(word) || !finite(p.Value) {
			return refuse("parameter %.255q is %.255q", p.Name, word)
		}
	}
	if err := t.Source.check(); err != nil {
		return err
	}
	return t.Initial.check()
}

func finite(v sim.Value) bool { x := v.Float(); return !math.IsNaN(x) && !math.IsInf(x, 0) }

func (i *InputRef) check() error {
	if i == nil {
		return nil
	}
	if !filepath.IsLocal(i.Path) || path.Clean(i.Path) != i.Path || len(i.Path) > maxPath || strings.ContainsRune(i.Path, 0) {
		return refuse("path %.300q leads out of the root", i.Path)
	}
	if !hash.MatchString(i.SHA256) {
		return refuse("SHA-256 %.100q", i.SHA256)
	}
	return nil
}

func (i *InitialRef) check() error {
	if i == nil {
		return nil
	}
	last := -1
	for _, name := range i.Take {
		at := slices.Index(takes, name)
		if at <= last {
			return refuse("take %.100q: it is some of wee, wei, wie, wii, in this order", i.Take)
		}
		last = at
	}
	if last < 0 {
		return refuse("an initial state that takes nothing")
	}
	return i.InputRef.check()
}

func (o *Outcome) check() error {
	switch {
	case zero(o.ID):
		return refuse("no task id")
	case o.Run < 1 || o.Run > MaxCount || o.Attempt < 1 || o.Attempt > MaxCount || !IsToken(o.Token):
		return refuse("run %d, attempt %d, token %.100q", o.Run, o.Attempt, o.Token)
	case o.Class != "" && !slices.Contains(Classes(), o.Class):
		return refuse("class %.100q", o.Class)
	case len(o.Error) > maxError || o.Done() != (o.Error == ""):
		return refuse("class %q with an error of %d bytes", o.Class, len(o.Error))
	case o.Done() && (!hash.MatchString(o.SHA256) || o.Digest == "" || o.Bytes <= 0):
		return refuse("a result without SHA-256, digest or size")
	case !o.Done() && (o.SHA256 != "" || o.Digest != "" || o.Bytes != 0):
		return refuse("a failure with a file")
	case o.Quality != nil && (!o.Done() || !o.Quality.IsPossible()):
		return refuse("a quality that no result has")
	case o.Spent < 0 || o.CPU < 0 || o.Steps < 0:
		return refuse("%v spent, %v of CPU time, %d steps", o.Spent, o.CPU, o.Steps)
	case len(o.Digest) > maxName || o.Finished.Before(o.Started):
		return refuse("digest of %d bytes, finished %v before it started", len(o.Digest), o.Finished)
	}
	return checkNames(o.Host, o.Worker, o.Version)
}

func (e *AttemptEvent) check() error {
	switch {
	case zero(e.ID):
		return refuse("no task id")
	case e.Run < 1 || e.Run > MaxCount || e.Attempt < 1 || e.Attempt > MaxCount || !IsToken(e.Token):
		return refuse("run %d, attempt %d, token %.100q", e.Run, e.Attempt, e.Token)
	case !slices.Contains(events, e.Event):
		return refuse("event %.100q", e.Event)
	case e.Class != "" && (e.Event != EventReturned || !slices.Contains(Classes(), e.Class)):
		return refuse("event %q with class %.100q", e.Event, e.Class)
	case len(e.Error) > maxError:
		return refuse("an error of %d bytes", len(e.Error))
	}
	return checkNames(e.Host, e.Worker)
}

var events = []string{EventStarted, EventReturned, EventRefused, EventUnreadable, EventEnded}

func (p *Progress) check() error {
	switch {
	case zero(p.ID):
		return refuse("no task id")
	case p.Run < 1 || p.Run > MaxCount || !IsToken(p.Token):
		return refuse("run %d, token %.100q", p.Run, p.Token)
	case !(p.Seconds >= 0) || math.IsInf(p.Seconds, 1):
		return refuse("%v seconds", p.Seconds)
	case p.Sim.Trial < 0 || p.Sim.Trials < 0 || p.Sim.Done < 0 || p.Sim.Total < 0 || p.Sim.Steps < 0:
		return refuse("progress %+v", p.Sim)
	}
	return checkNames(p.Host, p.Worker, p.Sim.Phase)
}

func (c *Command) check() error {
	switch {
	case c.Verb == Drain && *c == Command{Verb: Drain}:
		return nil
	case c.Verb == Stop && !zero(c.ID) && c.Run >= 1 && c.Run <= MaxCount && IsToken(c.Token):
		return nil
	}
	return refuse("command %.100q", c.Verb)
}

func checkNames(names ...string) error {
	for _, name := range names {
		if len(name) > maxName || !utf8.ValidString(name) {
			return refuse("name %.300q", name)
		}
	}
	return nil
}
