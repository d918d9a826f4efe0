package events

import (
	"log/slog"
	"strings"
	"time"

	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// Event is something that happened. Fields that say nothing are absent from its JSON.
type Event struct {
	Seq  uint64    `json:"seq"` // grows from event to event, and may skip numbers
	Time time.Time `json:"time"`
	Kind Kind      `json:"kind"`

	Sweep  string    `json:"sweep,omitempty"`
	Launch string    `json:"launch,omitempty"` // names the sweep's latest launch, in all events that follow from it
	Task   sweeps.ID `json:"task,omitzero"`
	File   string    `json:"file,omitempty"` // of the task's result, in the sweep's directory
	Run    int       `json:"run,omitempty"`
	// Attempt counts the claims of a run, from 1; Token names the attempt.
	Attempt int    `json:"attempt,omitempty"`
	Token   string `json:"token,omitempty"`

	Worker  string `json:"worker,omitempty"`
	Host    string `json:"host,omitempty"` // of the worker or coordinator
	PID     int    `json:"pid,omitempty"`
	Version string `json:"version,omitempty"`

	// User and From are who gave a command, and on which host, as that process says.
	User string `json:"user,omitempty"`
	From string `json:"from,omitempty"`

	Class  protocol.Class `json:"class,omitempty"`
	Error  string         `json:"error,omitempty"` // the first line
	Why    string         `json:"why,omitempty"`
	Remedy string         `json:"remedy,omitempty"`
	Since  time.Time      `json:"since,omitzero"` // of the last heartbeat, or since when a condition has lasted

	Count    int  `json:"count,omitempty"` // of attempts that are not listed one by one, or of lost events
	Tasks    int  `json:"tasks,omitempty"` // of the sweep, or that an extension has run
	Done     int  `json:"done,omitempty"`
	Failed   int  `json:"failed,omitempty"`
	Slots    int  `json:"slots,omitempty"`
	Priority *int `json:"priority,omitempty"`
	// MaxRunning is how many tasks of a sweep may run at a time; 0: any number.
	MaxRunning *int  `json:"max_running,omitempty"`
	Free       int64 `json:"free_bytes,omitempty"`

	// Crowded says that there may be any number of events like this one, so that they may be counted instead of listed.
	Crowded bool `json:"-"`
}

// Described is an event with its text, for programs.
type Described struct {
	Event
	Text string `json:"text"`
}

// Describe adds the text to an event.
func (e *Event) Describe() Described { return Described{*e, e.Text()} }

// IsAbout reports whether an event is about a sweep, a task (by the start of its id), a worker or a host.
func (e *Event) IsAbout(subject string) bool {
	return subject == "" || subject == e.Sweep || subject == e.Worker || subject == e.Host ||
		isIDStart(subject) && e.Task != (sweeps.ID{}) && strings.HasPrefix(e.Task.String(), subject)
}

// isIDStart reports whether a text can be the start of a task's id, and is not only the letter t.
func isIDStart(text string) bool {
	digits, ok := strings.CutPrefix(text, "t")
	return ok && digits != "" && strings.Trim(digits, "0123456789abcdef") == ""
}

// maxText bounds each text of an event, in bytes.
const maxText = 500

// trim bounds an event's texts, and shortens its error to the first line.
func (e *Event) trim() {
	e.Error, _, _ = strings.Cut(e.Error, "\n")
	for _, text := range []*string{&e.File, &e.Worker, &e.Host, &e.Version, &e.User, &e.From, &e.Error, &e.Why, &e.Remedy} {
		if len(*text) > maxText {
			*text = strings.ToValidUTF8((*text)[:maxText], "") + "…"
		}
	}
}

// record is the event for the log of the process: the same fields under the same names.
func (e *Event) record() (slog.Level, string, []slog.Attr) {
	p := properties[e.Kind]
	attrs := []slog.Attr{slog.String("event", string(e.Kind)), slog.Uint64("seq", e.Seq)}
	text := func(key, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(key, value))
		}
	}
	number := func(key string, value int64) {
		if value != 0 {
			attrs = append(attrs, slog.Int64(key, value))
		}
	}
	text("sweep", e.Sweep)
	text("launch", e.Launch)
	if e.Task != (sweeps.ID{}) {
		text("task", e.Task.String())
	}
	text("file", e.File)
	number("run", int64(e.Run))
	number("attempt", int64(e.Attempt))
	text("token", e.Token)
	text("worker", e.Worker)
	text("host", e.Host)
	number("pid", int64(e.PID))
	text("version", e.Version)
	text("user", e.User)
	text("from", e.From)
	text("class", string(e.Class))
	text("why", e.Why)
	if !e.Since.IsZero() {
		attrs = append(attrs, slog.Time("since", e.Since))
	}
	number("count", int64(e.Count))
	number("tasks", int64(e.Tasks))
	number("done", int64(e.Done))
	number("failed", int64(e.Failed))
	number("slots", int64(e.Slots))
	if e.Priority != nil {
		attrs = append(attrs, slog.Int("priority", *e.Priority))
	}
	if e.MaxRunning != nil {
		attrs = append(attrs, slog.Int("max_running", *e.MaxRunning))
	}
	number("free_bytes", e.Free)
	text("error", e.Error)
	text("remedy", e.Remedy)
	return p.level, p.message, attrs
}
