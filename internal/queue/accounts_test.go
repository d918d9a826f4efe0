package queue

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
)

var stages = map[string]func(testing.TB, map[protocol.Role]natsconn.Key) []natsconn.EmbeddedServer{
	"embedded": embedded, "deployed": deployed, "clustered": clustered, "newer acknowledgements": newerAcks,
}

// Each subject that a role may publish, with each reply that it may not publish to:
// neither JetStream nor the coordinator does anything for it there.
func TestRepliesStayInTheirAccount(t *testing.T) {
	for name, start := range stages {
		for _, role := range []protocol.Role{protocol.Worker, protocol.Client} {
			t.Run(name+" "+string(role), func(t *testing.T) {
				for _, harm := range newAttack(t, newStage(t, start), role).harm() {
					t.Error(harm)
				}
			})
		}
	}
}

// With permissions alone the same attack does harm: it would be found.
func TestAttacksWouldBeFound(t *testing.T) {
	for _, role := range []protocol.Role{protocol.Worker, protocol.Client} {
		a := newAttack(t, newStage(t, oneAccount), role)
		a.onwards = true
		harm := strings.Join(a.harm(), "\n")
		for _, part := range []string{
			"the coordinator hears $JS.API.STREAM.PURGE.", "the coordinator hears " + protocol.SubjectsOf(testRoot).Task(testID(5), 1),
			"the coordinator hears $JS.API.STREAM.DELETE.", "stream " + protocol.SubjectsOf(testRoot).Stream("tasks") + ":",
		} {
			if !strings.Contains(harm, part) {
				t.Errorf("%s: nothing is found of %q in\n%s", role, part, harm)
			}
		}
	}
}

// What is forbidden is refused when it is published, too, and by name.
func TestForbiddenSubjectsAreRefused(t *testing.T) {
	for name, start := range stages {
		for _, role := range []protocol.Role{protocol.Worker, protocol.Client} {
			a := newAttack(t, newStage(t, start), role)
			for _, subject := range a.forbidden() {
				if err := a.conn.Publish(subject, nil); err != nil {
					t.Fatal(err)
				}
				if err := a.conn.FlushWithContext(natstest.Deadline(t)); err != nil {
					t.Fatal(err)
				}
				if err := a.conn.LastError(); err == nil || !strings.Contains(err.Error(), `"`+subject+`"`) {
					t.Errorf("%s, %s: publish to %s: %v", name, role, subject, err)
				}
			}
		}
	}
}

// The consumers of outcomes have few names, which permissions can list, and a session
// none of its predecessor's.
func TestSessionsNumberTheirConsumersInTurn(t *testing.T) {
	for _, c := range []struct {
		last  int
		taken []int
		want  int
	}{
		{0, nil, 1}, {1, []int{1}, 2}, {9, []int{9}, 1}, {1, []int{1, 2}, 3}, {17, []int{17}, 9}, {8, []int{8, 9, 1}, 2}, {9, []int{1, 2, 3, 4,
			5, 6, 7, 8, 9}, 10},
	} {
		if got := nextConsumer(c.last, c.taken); got != c.want {
			t.Errorf("after %d, with %v: %d, want %d", c.last, c.taken, got, c.want)
		}
	}
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	for range 2*protocol.OutcomeConsumers + 1 {
		consumer, err := q.outcomeConsumer(natstest.Deadline(t), true, 0)
		if err != nil {
			t.Fatal(err)
		}
		if name := consumer.CachedInfo().Name; !slices.Contains(protocol.OutcomeConsumerNames(), name) {
			t.Errorf("consumer %s is not in the permissions", name)
		}
	}
}

// Each role does all of its work from its own account.
func TestRolesWorkFromTheirAccounts(t *testing.T) {
	for name, start := range stages {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, start)
			w, c := s.queueAs(t, protocol.Worker), s.queueAs(t, protocol.Client)
			stop, err := s.q.Answer(func(_ context.Context, verb string, request []byte) []byte { return append([]byte(verb), request...) })
			if err != nil {
				t.Fatal(err)
			}
			defer stop()
			natstest.Until(t, "the servers know of each other's coordinator", func() bool {
				got, err := c.Ask(natstest.Deadline(t), "ping", []byte("!"))
				return err == nil && string(got) == "ping!"
			})
			large := make([]byte, 2*natsserver.MaxPayload)
			if got, err := c.Ask(natstest.Deadline(t), "ping", large[:natsserver.MaxPayload]); err != nil || len(got) != natsserver.MaxPayload+4 {
				t.Errorf("answer of %d bytes, %v", len(got), err)
			}
			heard := make(chan string, 10)
			end := s.hear(t, w, c, heard)
			defer end()
			publish(t, s.q, testTasks(0, 3)...)
			a := admit(t, next(t, w), "w")
			if over, err := a.IsOver(natstest.Deadline(t)); over || err != nil {
				t.Errorf("over %v, %v", over, err)
			}
			commit(t, a)
			if err := admit(t, next(t, w), "w").Return(natstest.Deadline(t), "", "drained"); err != nil {
				t.Error(err)
			}
			if err := next(t, w).Refuse(natstest.Deadline(t), "w", "host", "no memory"); err != nil {
				t.Error(err)
			}
			counts(t, s.q, 0)
			want := map[string]bool{"note": true, "command": true, "hello": true, "presence": true, "progress": true, "outcome": true, "event": true}
			natstest.Until(t, "all is heard, as soon as the servers know who listens", func() bool {
				s.q.PublishUpdate("quick", []byte("{}"))
				if err := errors.Join(s.q.SendCommand("w", protocol.Command{Verb: protocol.Drain}), s.q.SayHello()); err != nil {
					t.Error(err)
				}
				w.PublishProgress(protocol.Progress{ID: a.Name().ID, Run: 1, Token: a.Name().Token, Worker: "w"})
				w.PublishPresence(protocol.Presence{Name: "w", State: protocol.Idle})
				for len(heard) > 0 {
					delete(want, <-heard)
				}
				return len(want) == 0
			})
		})
	}
}

// hear lists what a worker, a client and the coordinator receive.
func (s *stage) hear(t *testing.T, w, c *Queue, heard chan<- string) (end func()) {
	t.Helper()
	var stops []func()
	add := func(stop func(), err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		stops = append(stops, stop)
	}
	say := func(what string) {
		select {
		case heard <- what:
		default:
		}
	}
	add(c.Updates(t.Context(), "", func(string, []byte) { say("note") }))
	add(w.Commands("w", func(protocol.Command) { say("command") }))
	add(w.Hellos(func() { say("hello") }))
	add(s.q.Presences(func(protocol.Presence) { say("presence") }))
	add(s.q.Register.Watch(natstest.Deadline(t), func(Entry) { say("event") }))
	add(s.q.Progress(func(protocol.Progress) { say("progress") }))
	add(s.q.Outcomes(natstest.Deadline(t), func(OutcomeDelivery) { say("outcome") }))
	return func() {
		for _, stop := range stops {
			stop()
		}
	}
}
