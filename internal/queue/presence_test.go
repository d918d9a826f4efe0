package queue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"eisweep/internal/natsconn"
	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
)

func TestPresenceIsHeard(t *testing.T) {
	s := natstest.StartEmbedded(t, t.TempDir())
	coordinator, worker := open(t, s), open(t, s, func(o *Options) { o.Create = false })
	heard := make(chan protocol.Presence, 10)
	stop, err := coordinator.Presences(func(p protocol.Presence) { heard <- p })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	told := protocol.Presence{
		Name:     "node-1.lab.example-77 ü",
		Host:     "node-1.lab.example",
		PID:      77,
		Version:  "1.0",
		Slots:    4,
		Busy:     2,
		Memory:   1 << 33,
		Since:    time.Now(),
		State:    "working",
		Deadline: time.Now().Add(time.Hour),
		Job:      "12_3",
		Done:     5,
		Attempts: []protocol.Attempt{{ID: testID(1), Run: 2, Token: "abc1"}},
		Free:     1 << 32,
		Refused:  "no room",
		Kernels:  "avx2",
	}
	worker.PublishPresence(told)
	got := natstest.Receive(t, heard)
	if !got.Since.Equal(told.Since) || !got.Deadline.Equal(told.Deadline) {
		t.Errorf("times %v, %v", got.Since, got.Deadline)
	}
	got.Since, got.Deadline = told.Since, told.Deadline
	if fmt.Sprint(got) != fmt.Sprint(told) {
		t.Errorf("heard %+v", got)
	}
	worker.PublishPresence(protocol.Presence{Name: "w", State: strings.Repeat("x", 5000), Gone: true})
	if got := natstest.Receive(t, heard); !got.Gone || len(got.State) >= 5000 {
		t.Errorf("goodbye %+v", got)
	}
}

func TestUnreadablePresenceIsDropped(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	heard := make(chan protocol.Presence, 10)
	stop, err := q.Presences(func(p protocol.Presence) { heard <- p })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	good, err := protocol.Encode(&protocol.Presence{Name: "other"})
	if err != nil {
		t.Fatal(err)
	}
	for _, data := range []string{"", "{}", `{"name":"w","slots":-1}`, string(good)} { // the last is another worker's
		if err := q.NATS().Publish(q.subjects.Presence("w"), []byte(data)); err != nil {
			t.Fatal(err)
		}
	}
	q.PublishPresence(protocol.Presence{Name: "w"})
	if got := natstest.Receive(t, heard); got.Name != "w" {
		t.Errorf("heard %+v", got)
	}
}

func TestCommandsReachTheirWorkerAlone(t *testing.T) {
	s := natstest.StartEmbedded(t, t.TempDir())
	coordinator, worker := open(t, s), open(t, s, func(o *Options) { o.Create = false })
	stopped := protocol.Command{Verb: protocol.Stop, ID: testID(1), Run: 2, Token: "abc1"}
	heard := make(chan string, 10)
	for _, name := range []string{"a.b-1", "a.b-2"} {
		stop, err := worker.Commands(name, func(c protocol.Command) { heard <- fmt.Sprint(name, c) })
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
	}
	if err := coordinator.NATS().Publish(coordinator.subjects.Commands("a.b-1"), []byte(`{"verb":"rise"}`)); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]protocol.Command{"a.b-2": {Verb: protocol.Drain}, "nobody": {Verb: protocol.Drain}, "a.b-1": stopped} {
		if err := coordinator.SendCommand(name, c); err != nil {
			t.Fatal(err)
		}
	}
	got := []string{natstest.Receive(t, heard), natstest.Receive(t, heard)}
	slices.Sort(got)
	if want := []string{
		fmt.Sprint("a.b-1", stopped),
		fmt.Sprint("a.b-2", protocol.Command{Verb: protocol.Drain}),
	}; !slices.Equal(got, want) ||
		len(heard) != 0 {
		t.Errorf("commands %v", got)
	}
	if err := coordinator.SendCommand("w", protocol.Command{Verb: "rise"}); !errors.Is(err, protocol.ErrMessage) {
		t.Errorf("no command: %v", err)
	}
}

func TestHelloReachesAllWorkers(t *testing.T) {
	s := natstest.StartEmbedded(t, t.TempDir())
	coordinator := open(t, s)
	heard := make(chan int, 10)
	for i := range 3 {
		stop, err := open(t, s, func(o *Options) { o.Create = false }).Hellos(func() { heard <- i })
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
	}
	if err := coordinator.SayHello(); err != nil {
		t.Fatal(err)
	}
	if sum := natstest.Receive(t, heard) + natstest.Receive(t, heard) + natstest.Receive(t, heard); sum != 3 {
		t.Errorf("sum of the workers %d", sum)
	}
}

func TestNotesAreHeardBySweep(t *testing.T) {
	s := natstest.StartEmbedded(t, t.TempDir())
	coordinator, client := open(t, s), open(t, s, func(o *Options) { o.Role = protocol.Client; o.Create = false })
	all, quick := make(chan string, 10), make(chan string, 10)
	stop, err := client.Updates(natstest.Deadline(t), "", func(sweep string, line []byte) { all <- sweep + " " + string(line) })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	ctx, cancel := context.WithCancel(natstest.Deadline(t))
	stop, err = client.Updates(ctx, "quick", func(sweep string, line []byte) { quick <- sweep + " " + string(line) })
	if err != nil {
		t.Fatal(err)
	}
	coordinator.PublishUpdate("other", []byte("1"))
	coordinator.PublishUpdate("quick", []byte("2"))
	coordinator.PublishUpdate("no sweep", []byte("3"))
	for _, want := range []string{"other 1", "quick 2"} {
		if got := natstest.Receive(t, all); got != want {
			t.Errorf("note %q, want %q", got, want)
		}
	}
	if got := natstest.Receive(t, quick); got != "quick 2" {
		t.Errorf("note %q", got)
	}
	cancel()
	stop()
}

func TestNotesThatHaveComeAreHandledBeforeTheEnd(t *testing.T) {
	s := natstest.StartEmbedded(t, t.TempDir())
	coordinator, client := open(t, s), open(t, s, func(o *Options) { o.Role = protocol.Client; o.Create = false })
	began, resume, handled := make(chan bool, 3), make(chan bool), 0
	stop, err := client.Updates(natstest.Deadline(t), "", func(string, []byte) {
		began <- true
		<-resume
		handled++
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		coordinator.PublishUpdate("quick", []byte("1"))
	}
	natstest.Receive(t, began)
	if err := errors.Join(
		coordinator.NATS().FlushTimeout(natsconn.AnswerTimeout),
		client.NATS().FlushTimeout(natsconn.AnswerTimeout),
	); err != nil {
		t.Fatal(err)
	}
	close(resume)
	stop()
	if handled != 3 {
		t.Errorf("%d notes were handled, want 3", handled)
	}
}
