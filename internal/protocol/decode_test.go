package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"eisweep/sim"
	"eisweep/sweeps"
)

var testScheme = SubjectsOf(testRoot)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 123456789, time.UTC)

func exampleTask() *TaskMessage {
	t := testTask("quick", 1)
	t.After, t.Attempt, t.Earlier = 7, 3, []string{"1", "0123456789abcdef"}
	t.Parameters = append(t.Parameters, sim.Setting{Name: "a", Value: sim.IntegerValue(2)})
	t.Source = &InputRef{Path: "approximate/results~seed=1.h5", SHA256: strings.Repeat("0a", 32), Task: testID(2)}
	t.Initial = &InitialRef{InputRef: InputRef{Path: ".eisweep/inputs/x.h5", SHA256: strings.Repeat("0b", 32)}, Take: []string{"wee", "wii"}}
	return &t
}

func exampleResult() *Outcome {
	return &Outcome{
		ID:       testID(1),
		Run:      2,
		Token:    "abc1",
		Attempt:  3,
		SHA256:   strings.Repeat("0a", 32),
		Digest:   strings.Repeat("0b", 32),
		Bytes:    5,
		Started:  noon,
		Finished: noon.Add(time.Second),
		Host:     "h",
		Worker:   "w",
		Version:  "v",
	}
}

func exampleFailure() *Outcome {
	return &Outcome{ID: testID(1), Run: 2, Token: "abc1", Attempt: 3, Class: Numeric, Error: "r_e <not finite>", Started: noon, Finished: noon}
}

func exampleAttempt() *AttemptEvent {
	return &AttemptEvent{ID: testID(1), Run: 2, Token: "abc1", Attempt: 3, Event: EventStarted, Host: "h", Worker: "w", At: noon}
}

func exampleStop() *Command { return &Command{Verb: Stop, ID: testID(1), Run: 2, Token: "abc1"} }

func examplePresence() *Presence {
	return &Presence{
		Name:     "w",
		Host:     "h",
		PID:      7,
		Version:  "v",
		Slots:    4,
		Busy:     1,
		Memory:   1 << 33,
		Free:     1 << 32,
		Since:    noon,
		State:    Working,
		Refused:  "12 GiB",
		Done:     3,
		Attempts: []Attempt{{ID: testID(1), Run: 2, Token: "abc1"}},
		Kernels:  "avx2",
	}
}

func exampleProgress() *Progress {
	return &Progress{
		ID:      testID(1),
		Run:     2,
		Token:   "abc1",
		Seconds: 1.25,
		Sim:     sim.Progress{Phase: "training", Trial: 1, Trials: 2, Done: 3, Total: 4, Steps: 5},
	}
}

func mustEncode(t testing.TB, m Message) []byte {
	t.Helper()
	data, err := Encode(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestMessagesComeBack(t *testing.T) {
	task, err := testScheme.DecodeTask(testScheme.Task(testID(1), 1), mustEncode(t, exampleTask()))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(task.Parameters, exampleTask().Parameters) {
		t.Errorf("parameters %v, want %v", task.Parameters, exampleTask().Parameters)
	}
	if *task.Source != *exampleTask().Source || !slices.Equal(task.Initial.Take, []string{"wee", "wii"}) ||
		task.After != 7 || task.Attempt != 3 || !slices.Equal(task.Earlier, exampleTask().Earlier) {
		t.Errorf("task %+v", task)
	}
	for _, want := range []*Outcome{exampleResult(), exampleFailure()} {
		if o, err := testScheme.DecodeOutcome(testScheme.Outcome(testID(1), 2), mustEncode(t, want)); err != nil || *o != *want {
			t.Errorf("%+v, %v", o, err)
		}
	}
	if e, err := testScheme.DecodeAttempt(testScheme.Attempts(testID(1), 2), mustEncode(t, exampleAttempt())); err != nil ||
		*e != *exampleAttempt() {
		t.Errorf("%+v, %v", e, err)
	}
	returned := exampleAttempt()
	returned.Event, returned.Class, returned.Error = EventReturned, Storage, "disk full"
	if e, err := testScheme.DecodeAttempt(testScheme.Attempts(testID(1), 2), mustEncode(t, returned)); err != nil || *e != *returned {
		t.Errorf("%+v, %v", e, err)
	}
	for _, want := range []*Command{{Verb: Drain}, exampleStop()} {
		if c, err := DecodeCommand(mustEncode(t, want)); err != nil || *c != *want {
			t.Errorf("%+v, %v", c, err)
		}
	}
	if p, err := testScheme.DecodePresence(testScheme.Presence("w"), mustEncode(t, examplePresence())); err != nil ||
		!reflect.DeepEqual(p, examplePresence()) {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err := testScheme.DecodeProgress(testScheme.Progress(testID(1)), mustEncode(t, exampleProgress())); err != nil ||
		*p != *exampleProgress() {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestMessagesOutOfRangeAreRefused(t *testing.T) {
	task := func(f func(*TaskMessage)) *TaskMessage { m := exampleTask(); f(m); return m }
	result := func(f func(*Outcome)) *Outcome { m := exampleResult(); f(m); return m }
	attempt := func(f func(*AttemptEvent)) *AttemptEvent { m := exampleAttempt(); f(m); return m }
	stop := func(f func(*Command)) *Command { m := exampleStop(); f(m); return m }
	presence := func(f func(*Presence)) *Presence { m := examplePresence(); f(m); return m }
	progress := func(f func(*Progress)) *Progress { m := exampleProgress(); f(m); return m }
	cases := map[string]Message{
		"no id":               task(func(m *TaskMessage) { m.ID = sweeps.ID{} }),
		"run 0":               task(func(m *TaskMessage) { m.Run = 0 }),
		"sweep":               task(func(m *TaskMessage) { m.Sweep = "a.b" }),
		"experiment":          task(func(m *TaskMessage) { m.Experiment = "NONE" }),
		"nan":                 task(func(m *TaskMessage) { m.Parameters[0].Value = sim.RealValue(math.NaN()) }),
		"long word":           task(func(m *TaskMessage) { m.Parameters[0].Value = sim.ChoiceValue(strings.Repeat("w", 300)) }),
		"absolute":            task(func(m *TaskMessage) { m.Source.Path = "/etc/passwd" }),
		"upwards":             task(func(m *TaskMessage) { m.Source.Path = "a/../../b" }),
		"unclean":             task(func(m *TaskMessage) { m.Source.Path = "a/../b" }),
		"zero byte":           task(func(m *TaskMessage) { m.Source.Path = "a\x00b" }),
		"hash":                task(func(m *TaskMessage) { m.Source.SHA256 = "0A" }),
		"takes nothing":       task(func(m *TaskMessage) { m.Initial.Take = nil }),
		"takes twice":         task(func(m *TaskMessage) { m.Initial.Take = []string{"wee", "wee"} }),
		"takes backwards":     task(func(m *TaskMessage) { m.Initial.Take = []string{"wei", "wee"} }),
		"attempt 0":           result(func(m *Outcome) { m.Attempt = 0 }),
		"class":               result(func(m *Outcome) { m.Class = "bad" }),
		"result with error":   result(func(m *Outcome) { m.Error = "e" }),
		"result without size": result(func(m *Outcome) { m.Bytes = 0 }),
		"failure with file":   result(func(m *Outcome) { m.Class, m.Error = Lost, "e" }),
		"spent less":          result(func(m *Outcome) { m.Spent = -1 }),
		"CPU time below 0":    result(func(m *Outcome) { m.CPU = -1 }),
		"steps below 0":       result(func(m *Outcome) { m.Steps = -1 }),
		"ends before start":   result(func(m *Outcome) { m.Finished = m.Started.Add(-1) }),
		"long name":           result(func(m *Outcome) { m.Host = strings.Repeat("h", 300) }),
		"no UTF-8":            result(func(m *Outcome) { m.Host = "\xff" }),
		"event":               attempt(func(m *AttemptEvent) { m.Event = "lost" }),
		"attempt −1":          attempt(func(m *AttemptEvent) { m.Attempt = -1 }),
		"attempt 0 of a task": task(func(m *TaskMessage) { m.Attempt = 0 }),
		"no token":            attempt(func(m *AttemptEvent) { m.Token = "" }),
		"token of a path":     attempt(func(m *AttemptEvent) { m.Token = "../x" }),
		"token in capitals":   attempt(func(m *AttemptEvent) { m.Token = "ABC" }),
		"long token":          attempt(func(m *AttemptEvent) { m.Token = strings.Repeat("a", maxToken+1) }),
		"earlier token":       task(func(m *TaskMessage) { m.Earlier = []string{"a/b"} }),
		"many earlier tokens": task(func(m *TaskMessage) { m.Earlier = slices.Repeat([]string{"a"}, maxEarlier+1) }),
		"outcome's token":     result(func(m *Outcome) { m.Token = "" }),
		"progress's token":    progress(func(m *Progress) { m.Token = "-" }),
		"class of a start":    attempt(func(m *AttemptEvent) { m.Class = Storage }),
		"unknown class":       attempt(func(m *AttemptEvent) { m.Event, m.Class = EventReturned, "bad" }),
		"long reason":         attempt(func(m *AttemptEvent) { m.Error = strings.Repeat("e", maxError+1) }),
		"no command":          stop(func(m *Command) { m.Verb = "" }),
		"drain of a task":     stop(func(m *Command) { m.Verb = Drain }),
		"stop of no task":     stop(func(m *Command) { m.ID = sweeps.ID{} }),
		"stop of no attempt":  stop(func(m *Command) { m.Token = "" }),
		"no worker":           presence(func(m *Presence) { m.Name = "" }),
		"negative memory":     presence(func(m *Presence) { m.Free = -1 }),
		"long refusal":        presence(func(m *Presence) { m.Refused = strings.Repeat("r", maxState+1) }),
		"attempt's run":       presence(func(m *Presence) { m.Attempts[0].Run = 0 }),
		"attempt's token":     presence(func(m *Presence) { m.Attempts[0].Token = "a.b" }),
		"negative time":       progress(func(m *Progress) { m.Seconds = -1 }),
		"negative trial":      progress(func(m *Progress) { m.Sim.Trial = -1 }),
	}
	for name, m := range cases {
		if _, err := Encode(m); !errors.Is(err, ErrMessage) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOnlyTheCanonicalFormIsRead(t *testing.T) {
	subject := testScheme.Outcome(testID(1), 2)
	good := string(mustEncode(t, exampleFailure()))
	if _, err := testScheme.DecodeOutcome(subject, []byte(good)); err != nil {
		t.Fatal(err)
	}
	bad := map[string]string{
		"unknown field": strings.Replace(good, `"run":2`, `"run":2,"more":1`, 1),
		"twice":         strings.Replace(good, `"run":2`, `"run":1,"run":2`, 1),
		"other case":    strings.Replace(good, `"run"`, `"Run"`, 1),
		"type":          strings.Replace(good, `"run":2`, `"run":"2"`, 1),
		"real":          strings.Replace(good, `"run":2`, `"run":2.0`, 1),
		"huge":          strings.Replace(good, `"run":2`, `"run":99999999999999999999`, 1),
		"trailing":      good + "{}",
		"newline":       good + "\n",
		"space":         " " + good,
		"half":          good[:len(good)/2],
		"empty":         "",
		"null":          "null",
		"other run":     strings.Replace(good, `"run":2`, `"run":3`, 1),
		"other task":    strings.Replace(good, testID(1).String(), testID(2).String(), 1),
		"no task":       strings.Replace(good, testID(1).String(), "", 1),
	}
	for name, data := range bad {
		if _, err := testScheme.DecodeOutcome(subject, []byte(data)); !errors.Is(err, ErrMessage) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, subject := range []string{
		"", "eisweep2", subject + ".x", strings.Replace(subject, testRoot, "other0000000", 1), strings.Replace(subject, "eisweep2.", "eisweep.",
			1), strings.Replace(subject, ".m", ".n", 1),
		strings.TrimSuffix(subject, "2") + "02", strings.TrimSuffix(subject, "2") + "0", testScheme.Attempts(testID(1), 2),
	} {
		if _, err := testScheme.DecodeOutcome(subject, []byte(good)); !errors.Is(err, ErrMessage) {
			t.Errorf("subject %q: %v", subject, err)
		}
	}
}

func TestOnlyCanonicalParametersAreRead(t *testing.T) {
	subject := testScheme.Task(testID(1), 1)
	good := string(mustEncode(t, exampleTask()))
	if _, err := testScheme.DecodeTask(subject, []byte(good)); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"another spelling": "20.0", "nested": "[20]", "null": "null", "an object": "{}", "huge": "1e300", "not a float32": "0.12345678901",
	} {
		data := strings.Replace(good, `"numint.n_trials":20`, `"numint.n_trials":`+value, 1)
		if _, err := testScheme.DecodeTask(subject, []byte(data)); !errors.Is(err, ErrMessage) || data == good {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// fuzz holds that what is read is in range and is written as it was read.
func fuzz[T any, M interface {
	*T
	Message
}](f *testing.F, subject string, read func(string, []byte) (M, error), examples ...M) {
	for _, m := range examples {
		f.Add(subject, mustEncode(f, m))
	}
	f.Fuzz(func(t *testing.T, subject string, data []byte) {
		m, err := read(subject, data)
		if err != nil {
			if !errors.Is(err, ErrMessage) {
				t.Fatalf("error of another kind: %v", err)
			}
			return
		}
		if err := m.check(); err != nil {
			t.Fatalf("%s was read: %v", data, err)
		}
		if again, err := json.Marshal(m); err != nil || !bytes.Equal(again, data) {
			t.Fatalf("%s was read, %s written, %v", data, again, err)
		}
	})
}

func FuzzTask(f *testing.F) {
	fuzz(f, testScheme.Task(testID(1), 1), testScheme.DecodeTask, exampleTask())
}

func FuzzOutcome(f *testing.F) {
	fuzz(f, testScheme.Outcome(testID(1), 2), testScheme.DecodeOutcome, exampleResult(), exampleFailure())
}

func FuzzAttemptEvent(f *testing.F) {
	fuzz(f, testScheme.Attempts(testID(1), 2), testScheme.DecodeAttempt, exampleAttempt())
}

func FuzzCommand(f *testing.F) {
	fuzz(f, "", func(_ string, data []byte) (*Command, error) { return DecodeCommand(data) }, &Command{Verb: Drain}, exampleStop())
}

func FuzzPresence(f *testing.F) {
	fuzz(f, testScheme.Presence("w"), testScheme.DecodePresence, examplePresence())
}

func FuzzProgress(f *testing.F) {
	fuzz(f, testScheme.Progress(testID(1)), testScheme.DecodeProgress, exampleProgress())
}
