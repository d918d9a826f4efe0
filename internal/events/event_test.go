package events

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// TestTexts compares the sentences of events.
func TestTexts(t *testing.T) {
	at := time.Date(2026, 11, 30, 23, 20, 55, 0, time.Local)
	id := sweeps.ID{1}
	priority := 10
	for want, e := range map[string]Event{
		"sweep a launched by ann@vm: 12 tasks, priority 10": {Kind: SweepLaunched, Sweep: "a", User: "ann", From: "vm", Tasks: 12,
			Priority: &priority},
		"sweep a paused by ann@vm":                              {Kind: SweepPaused, Sweep: "a", User: "ann", From: "vm"},
		"sweep a runs at most 10 tasks at a time":               {Kind: SweepLimitChanged, Sweep: "a", MaxRunning: &priority},
		"sweep a runs any number of tasks at a time":            {Kind: SweepLimitChanged, Sweep: "a", MaxRunning: new(int)},
		"sweep a cancelled: 1 task withdrawn":                   {Kind: SweepCancelled, Sweep: "a", Tasks: 1},
		"sweep a removed by ann@vm: archived to /f":             {Kind: SweepRemoved, Sweep: "a", User: "ann", From: "vm", Why: "archived to /f"},
		"sweep a renamed to b":                                  {Kind: SweepRenamed, Sweep: "a", Why: "b"},
		"a hook of sweep a failed: command (y): no":             {Kind: HookFailed, Sweep: "a", Why: "command (y)", Error: "no"},
		"sweep a cancelled":                                     {Kind: SweepCancelled, Sweep: "a"},
		"sweep a finished: 3 done, 1 failed":                    {Kind: SweepFinished, Sweep: "a", Done: 3, Failed: 1},
		"worker w: no heartbeat since 23:19:54":                 {Kind: WorkerSilent, Worker: "w", Since: at.Add(-61 * time.Second)},
		"worker w left: takes no more tasks: full":              {Kind: WorkerLeft, Worker: "w", Why: "takes no more tasks: full"},
		"coordinator took over: process 7 on h, from process 6": {Kind: CoordinatorTookOver, PID: 7, Host: "h", Why: "process 6"},
		"a/x.h5 " + id.String() + ", run 1, attempt 2: no heartbeat from worker w since 23:19:54; taken over 23:20:55": {
			Kind: AttemptTakenOver, Sweep: "a", File: "x.h5", Task: id, Run: 1, Attempt: 2, Worker: "w", Since: at.Add(-61 * time.Second)},
		"a " + id.String() + ", run 1, attempt 2: failed (storage) on worker w: no space; the task runs again": {
			Kind: AttemptFailed, Sweep: "a", Task: id, Run: 1, Attempt: 2, Worker: "w", Class: protocol.Storage, Error: "no space"},
		"12 more attempts of sweep a started":           {Kind: AttemptStarted, Sweep: "a", Count: 12},
		"NATS is unreachable since 2026-11-29 23:20:55": {Kind: NATSUnreachable, Since: at.AddDate(0, 0, -1)},
		"something new": {Kind: "something_new"},
	} {
		if e.Time = at; e.Text() != want {
			t.Errorf("%s: %q, want %q", e.Kind, e.Text(), want)
		}
	}
}

// TestEveryKindIsDescribed looks up each kind in the table of the log's messages and in the documentation, and each field too.
func TestEveryKindIsDescribed(t *testing.T) {
	page, err := os.ReadFile("../../docs/events.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("kind.go")
	if err != nil {
		t.Fatal(err)
	}
	constants := 0
	for line := range strings.Lines(string(source)) {
		if strings.Contains(line, " Kind = \"") {
			constants++
		}
	}
	if constants != len(properties) {
		t.Errorf("%d kinds, %d with a message", constants, len(properties))
	}
	for kind, p := range properties {
		e := Event{Kind: kind}
		if !strings.Contains(string(page), "`"+string(kind)+"`") || p.message == "" || e.Text() == "" {
			t.Errorf("%s is not described", kind)
		}
	}
	priority := 1
	full, err := json.Marshal(Event{Seq: 1, Time: time.Now(), Kind: "k", Sweep: "s", Launch: "l", Task: sweeps.ID{1}, File: "f", Run: 1,
		Attempt: 1, Token: "t", Worker: "w", Host: "h", PID: 1, Version: "v", User: "u", From: "f", Class: "c", Error: "e", Why: "y", Remedy: "r",
		Since: time.Now(), Count: 1, Tasks: 1, Done: 1, Failed: 1, Slots: 1, Priority: &priority, Free: 1})
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(full, &fields); err != nil {
		t.Fatal(err)
	}
	for name := range fields {
		if !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("the field %s is not described", name)
		}
	}
	var logged bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&logged, nil))
	e, _ := parse(full)
	e.Kind = TaskFailed
	level, message, attrs := e.record()
	log.LogAttrs(t.Context(), level, message, attrs...)
	for name, value := range fields {
		if name != "kind" && name != "time" && !strings.Contains(logged.String(), `"`+name+`":`) {
			t.Errorf("the log lacks %s (%v): %s", name, value, &logged)
		}
	}
}

// TestLongAndForeignTexts bounds what comes from messages, and reads lines of others.
func TestLongAndForeignTexts(t *testing.T) {
	e := Event{Kind: TaskFailed, Error: strings.Repeat("ü", 10000) + "\nsecond line", User: strings.Repeat("u", 1<<20)}
	if e.trim(); len(e.Error) > maxText+3 || len(e.User) > maxText+3 || !strings.HasSuffix(e.Error, "ü…") {
		t.Errorf("%d and %d bytes", len(e.Error), len(e.User))
	}
	for _, line := range []string{"", "{", "null", "[]", `{"seq":0,"kind":"x"}`, `{"seq":1}`, `{"seq":-1,"kind":"x"}`,
		`{"seq":1,"kind":"x","task":"y"}`, `{"seq":1,"kind":"x","why":"` + strings.Repeat("a", maxLine) + `"}`} {
		if e, ok := parse([]byte(line)); ok {
			t.Errorf("%.40q is read as %+v", line, e)
		}
	}
	for about, want := range map[string]bool{"": true, "s": true, "w": true, "h": true, "t01": true, "t": false, "x": false} {
		if e := (Event{Sweep: "s", Worker: "w", Host: "h", Task: sweeps.ID{1}}); e.IsAbout(about) != want {
			t.Errorf("about %q: %t", about, !want)
		}
	}
}
