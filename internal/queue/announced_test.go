package queue

import (
	"testing"

	"github.com/nats-io/nats.go"

	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
)

// Who has a worker's key can have answers delivered to other workers, but no words that
// they take for the coordinator's.
func TestAnswersAreNoAnnouncements(t *testing.T) {
	s := newStage(t, embedded)
	publish(t, s.q, testTasks(0, 5)...)
	w := s.queueAs(t, protocol.Worker)
	heard := make(chan string, 100)
	stop, err := w.Commands("w", func(c protocol.Command) { heard <- c.Verb })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	stop, err = w.Hellos(func() { heard <- "hello" })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()

	evil := s.as(t, protocol.Worker)
	plant := s.q.subjects.Attempts(testID(1), 7)
	get := "$JS.API.DIRECT.GET." + s.q.subjects.Stream("attempts") + "." + plant
	next := "$JS.API.CONSUMER.MSG.NEXT." + s.q.subjects.Stream("tasks") + "." + s.q.subjects.Consumer()
	arrived := listenTo(t, s.as(t, protocol.Worker), s.q.subjects.Commands("w"), s.q.subjects.Hello())
	for reply, text := range map[string]string{s.q.subjects.Commands("w"): `{"verb":"drain"}`, s.q.subjects.Hello(): ""} {
		if _, err := evil.RequestWithContext(natstest.Deadline(t), plant, []byte(text)); err != nil {
			t.Fatal(err)
		}
		for subject, data := range map[string]string{get: "", next: `{"batch":1,"no_wait":true}`,
			"$JS.API.STREAM.INFO." + s.q.subjects.Stream("tasks"): "", plant: text, "$JS.API.INFO": ""} {
			if err := evil.PublishRequest(subject, reply, []byte(data)); err != nil {
				t.Fatal(err)
			}
			if _, err := evil.RequestWithContext(natstest.Deadline(t), subject, []byte(data)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if at := arrived.stop(t); at[s.q.subjects.Commands("w")] == 0 || at[s.q.subjects.Hello()] == 0 {
		t.Fatalf("no answers were delivered there: %v", at)
	}
	if err := s.q.SendCommand("w", protocol.Command{Verb: protocol.Stop, ID: testID(1), Run: 1, Token: "a"}); err != nil {
		t.Fatal(err)
	}
	for verb := range heard {
		if verb == protocol.Stop {
			break
		}
		t.Errorf("another worker brings about %s", verb)
	}
}

func TestUpdatesOfOthersAreNotHeard(t *testing.T) {
	s := newStage(t, embedded)
	stop, err := s.q.NATS().Subscribe(s.q.subjects.Control("*"), func(m *nats.Msg) { // obliging, but for the header of an answer
		a := nats.NewMsg(m.Reply)
		a.Data = m.Data
		a.Header.Set("Eisweep-Parts-Left", "0")
		_ = m.RespondMsg(a)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stop.Unsubscribe()
	notes := make(chan string, 10)
	end, err := s.queueAs(t, protocol.Client).Updates(natstest.Deadline(t), "",
		func(sweep string, line []byte) { notes <- sweep + " " + string(line) })
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	evil := s.as(t, protocol.Client)
	if err := evil.PublishRequest(s.q.subjects.Control("ping"), s.q.subjects.Updates("quick"), []byte("forged")); err != nil {
		t.Fatal(err)
	}
	if _, err := evil.RequestWithContext(natstest.Deadline(t), s.q.subjects.Control("ping"), nil); err != nil {
		t.Fatal(err)
	}
	s.q.PublishUpdate("quick", []byte("genuine"))
	if got := natstest.Receive(t, notes); got != "quick genuine" {
		t.Errorf("heard %q", got)
	}
}
