package queue

import (
	"testing"

	"github.com/nats-io/nats.go"
)

// Who has a worker's key can have answers delivered to other workers, but no words that
// they take for the coordinator's.
func TestAnswersAreNoAnnouncements(t *testing.T) {
	s := newStage(t, embedded)
	publish(t, s.q, testTasks("quick", 0, 5)...)
	if err := s.q.PublishSweeps(deadline(t), []OpenSweep{{Name: "quick"}}); err != nil {
		t.Fatal(err)
	}
	w := s.queueAs(t, Worker)
	orders := make(chan string, 100)
	stop, err := w.Orders("w", func(verb string) { orders <- verb })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	until(t, "the offer is heard", func() bool { return len(w.Sweeps()) == 1 })

	evil := s.as(t, Worker)
	plant := s.q.subjects.attempts(testID(1), 7)
	get := "$JS.API.DIRECT.GET." + s.q.subjects.stream("attempts") + "." + plant
	next := "$JS.API.CONSUMER.MSG.NEXT." + s.q.subjects.stream("tasks") + "." + s.q.subjects.consumer("quick")
	arrived := listenTo(t, s.as(t, Worker), s.q.subjects.orders("w"), s.q.subjects.offer(), s.q.subjects.wake())
	for reply, text := range map[string]string{s.q.subjects.orders("w"): Drain, s.q.subjects.offer(): `{"sweeps":[{"name":"other","priority":0}]}`, s.q.subjects.wake(): ""} {
		if _, err := evil.RequestWithContext(deadline(t), plant, []byte(text)); err != nil {
			t.Fatal(err)
		}
		for subject, data := range map[string]string{get: "", next: `{"batch":1,"no_wait":true}`, "$JS.API.STREAM.INFO." + s.q.subjects.stream("tasks"): "", plant: text, "$JS.API.INFO": ""} {
			if err := evil.PublishRequest(subject, reply, []byte(data)); err != nil {
				t.Fatal(err)
			}
			if _, err := evil.RequestWithContext(deadline(t), subject, []byte(data)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if heard := arrived.stop(t); heard[s.q.subjects.orders("w")] == 0 || heard[s.q.subjects.offer()] == 0 {
		t.Fatalf("no answers were delivered there: %v", heard)
	}
	if err := s.q.Tell("w", "last"); err != nil {
		t.Fatal(err)
	}
	for verb := range orders {
		if verb == "last" {
			break
		}
		if verb == Drain {
			t.Error("a worker drains another")
		}
	}
	w.conn.Flush()
	if got := w.Sweeps(); len(got) != 1 || got[0] != "quick" {
		t.Errorf("offered %v", got)
	}
}

func TestNotesOfOthersAreNotHeard(t *testing.T) {
	s := newStage(t, embedded)
	stop, err := s.q.conn.Subscribe(s.q.subjects.control("*"), func(m *nats.Msg) { // obliging, but for the header of an answer
		a := nats.NewMsg(m.Reply)
		a.Data = m.Data
		a.Header.Set(partsLeft, "0")
		_ = m.RespondMsg(a)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stop.Unsubscribe()
	notes := make(chan string, 10)
	end, err := s.queueAs(t, Client).Notes(deadline(t), "", func(sweep string, line []byte) { notes <- sweep + " " + string(line) })
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	evil := s.as(t, Client)
	if err := evil.PublishRequest(s.q.subjects.control("ping"), s.q.subjects.note("quick"), []byte("forged")); err != nil {
		t.Fatal(err)
	}
	if _, err := evil.RequestWithContext(deadline(t), s.q.subjects.control("ping"), nil); err != nil {
		t.Fatal(err)
	}
	s.q.PublishNote("quick", []byte("genuine"))
	if got := receive(t, notes); got != "quick genuine" {
		t.Errorf("heard %q", got)
	}
}
