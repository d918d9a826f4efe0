package coordinator

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

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
