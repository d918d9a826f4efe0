package coordinator

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/events"
	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
)

// TestOutcomesOfAnEarlierVersionArePlaced leaves a result in the outcome stream of an earlier version,
// committed while no coordinator ran: the task is not executed again, and the stream is removed.
func TestOutcomesOfAnEarlierVersionArePlaced(t *testing.T) {
	g := newRig(t)
	g.serve()
	g.launch(twoByTwo)
	j := g.next("two")
	o := g.outcome(j.task, "3")
	names, js := protocol.Format1Of(g.root.ID()), g.queue.JetStream()
	subject := strings.TrimSuffix(names.Outcomes(), ">") + fmt.Sprintf("%s.%d", j.task.ID, j.task.Run)
	g.end()
	if _, err := js.CreateStream(g.context(), jetstream.StreamConfig{Name: names.Stream("outcomes"),
		Subjects: []string{names.Outcomes()}}); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(struct {
		protocol.Outcome
		Token   string `json:"token,omitempty"`
		ID      any    `json:"id"`
		Run     int    `json:"run"`
		Attempt int    `json:"attempt"`
	}{Outcome: o, ID: j.task.ID, Run: j.task.Run, Attempt: 3})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.Publish(g.context(), subject, inOrderOfFormat1(t, text)); err != nil {
		t.Fatal(err)
	}
	k := g.serve()
	g.until(k, func() bool { return len(g.lines("two")) == 1 })
	if l := g.lines("two")[0]; l.State != manifest.Done || l.Run != 1 || l.Attempt != 3 || l.ID != j.task.ID {
		t.Errorf("line %+v", l)
	}
	if s := g.finish(k, "two"); s.Done != 4 || g.executed() != 4 {
		t.Errorf("in the end %+v", s)
	}
	g.poll("the stream is removed", func() bool {
		k.takeOverOnce(g.context())
		_, err := js.Stream(g.context(), names.Stream("outcomes"))
		return err != nil
	})
}

// inOrderOfFormat1 puts the fields of an outcome into the order in which messages had them.
func inOrderOfFormat1(t *testing.T, text []byte) []byte {
	t.Helper()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, name := range []string{"id", "run", "attempt", "class", "error", "sha256", "digest", "bytes", "started", "finished", "spent",
		"host", "worker", "version"} {
		if value, ok := fields[name]; ok {
			out = append(out, fmt.Sprintf("%q:%s", name, value))
		}
	}
	return []byte("{" + strings.Join(out, ",") + "}")
}

// TestAWorkerOfAnotherModelIsToldToEnd: it is an event, once, and a problem until the worker ends.
func TestAWorkerOfAnotherModelIsToldToEnd(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	names := protocol.SubjectsOf(g.root.ID())
	commands := make(chan *nats.Msg, 10)
	told, err := g.site.NATS().ChanSubscribe(names.OtherCommands("m999", "old"), commands)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = told.Unsubscribe() }()
	report := func(gone bool) {
		t.Helper()
		text, err := protocol.Encode(&protocol.Presence{Name: "old", Host: "there", Version: "v0.1.0", State: protocol.Idle, Gone: gone,
			Attempts: []protocol.Attempt{}})
		if err != nil {
			t.Fatal(err)
		}
		subject := strings.Replace(names.Presence("old"), protocol.Version(), "m999", 1)
		if err := g.site.NATS().Publish(subject, text); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		report(false)
		if c, err := protocol.DecodeCommand(receive(t, commands).Data); err != nil || c.Verb != protocol.Drain {
			t.Errorf("it is told %+v, %v", c, err)
		}
	}
	g.poll("a problem", func() bool { return slices.Contains(g.kinds(), "worker-version old") })
	if p := k.others.problems(); len(p) != 1 || !strings.Contains(p[0].Text, "m999") || p[0].Since.IsZero() {
		t.Errorf("%+v", p)
	}
	list, _ := k.Events().After(0)
	list = slices.DeleteFunc(list, func(e events.Event) bool { return e.Kind != events.WorkerDraining })
	if len(list) != 1 || list[0].Worker != "old" || !strings.Contains(list[0].Text(), "its model is of version m999") {
		t.Errorf("events %+v", list)
	}
	report(true)
	g.poll("its end", func() bool { return len(g.kinds()) == 0 })
}
