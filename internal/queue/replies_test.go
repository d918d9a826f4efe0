package queue

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"eisweep/internal/natsconn"
	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
)

// On a NATS that separates the roles by nothing the coordinator still writes nowhere.
func TestRequestsDoNotWriteIntoTheQueue(t *testing.T) {
	for _, name := range []string{"URL", "context"} {
		t.Run(name, func(t *testing.T) {
			url := natstest.Site(t, func(*server.Options) {})
			site := &natsconn.Site{URLs: []string{url}}
			if name == "context" {
				site = &natsconn.Site{Context: natstest.Save(t, "lab.json", fmt.Appendf(nil, `{"url": %q}`, url))}
			}
			q, err := Open(natstest.Deadline(t), Options{Options: natsconn.Options{Site: site, RootID: testRoot}, Create: true})
			if err != nil {
				t.Fatal(err)
			}
			defer q.Close()
			var handled atomic.Int32
			stop, err := q.Answer(func(_ context.Context, _ string, request []byte) []byte { handled.Add(1); return request })
			if err != nil {
				t.Fatal(err)
			}
			defer stop()
			publish(t, q, testTasks(0, 2)...)
			client, err := Open(
				natstest.Deadline(t),
				Options{Options: natsconn.Options{Site: site, RootID: testRoot, Role: protocol.Client, Log: natstest.Log(t)}},
			)
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			replies := []string{
				q.subjects.Outcome(testID(0), 1),
				q.subjects.Task(testID(7), 1),
				q.subjects.Hello(),
				q.subjects.Attempts(testID(0), 1),
				"$JS.API.STREAM.PURGE." + q.subjects.Stream("tasks"),
				"$JS.API.STREAM.DELETE." + q.subjects.Stream("tasks"),
				q.subjects.Commands("w"),
				q.subjects.Updates("quick"),
				q.subjects.Inbox(protocol.Worker) + ".x",
				q.subjects.Control("again"),
			}
			conn, err := nats.Connect(url)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			e := listenTo(t, conn, replies...)
			for _, reply := range replies {
				if err := client.NATS().PublishRequest(q.subjects.Control("ping"), reply, nil); err != nil {
					t.Fatal(err)
				}
			}
			if got, err := client.Ask(natstest.Deadline(t), "ping", []byte("x")); err != nil || string(got) != "x" {
				t.Errorf("answer %q, %v", got, err)
			}
			heard := e.stop(t)
			for _, reply := range replies {
				if n := heard[reply]; n > 0 {
					t.Errorf("%s has %d answers", reply, n)
				}
			}
			if n := handled.Load(); n != 1 {
				t.Errorf("%d requests were handled", n)
			}
			counts(t, q, 2)
			if m, err := direct(natstest.Deadline(t), q.Conn, q.outcomes, q.subjects.Outcome(testID(0), 1)); err != nil || m != nil {
				t.Errorf("outcome %v, %v", m, err)
			}
		})
	}
}

func TestInboxThatIsNotAnsweredIsRefused(t *testing.T) {
	url := natstest.Site(t, func(*server.Options) {})
	for prefix, good := range map[string]bool{"": true, "_INBOX_alice": true, "_INBOX.alice": true, "answers": false, "eisweep2.x": false} {
		config := natstest.Save(t, "lab.json", fmt.Appendf(nil, `{"url": %q, "inbox_prefix": %q}`, url, prefix))
		q, err := Open(
			natstest.Deadline(t),
			Options{Options: natsconn.Options{Site: &natsconn.Site{Context: config}, RootID: testRoot, Role: protocol.Client, Log: natstest.Log(t)}},
		)
		if err == nil {
			q.Close()
		}
		if good != (err == nil) || err != nil && !errors.Is(err, natsconn.ErrSite) {
			t.Errorf("inbox_prefix %q: %v", prefix, err)
		}
	}
}
