package access

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
	"eisweep/sim"
)

// raw connects by an access file without the queue's manners.
func raw(t testing.TB, f *File, options ...nats.Option) (*nats.Conn, error) {
	t.Helper()
	a, err := f.Access()
	if err != nil {
		t.Fatal(err)
	}
	options = append([]nats.Option{
		nats.Secure(a.TLS), nats.TLSHandshakeFirst(), nats.Nkey(a.Key.Public, a.Key.Sign), nats.NoReconnect(),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}), // LastError tells
	}, options...)
	conn, err := nats.Connect(a.URLs[0], options...)
	if err == nil {
		t.Cleanup(conn.Close)
	}
	return conn, err
}

// subjects are those of a root, for templates: {root}, {p} its prefix of this version,
// {tasks} and so on its streams.
func (s *site) subject(template string) string {
	id := s.root.ID()
	return strings.NewReplacer(
		"{root}", id,
		"{p}", fmt.Sprintf("eisweep%d.%s.m%d", protocol.Format, id, sim.ModelVersion),
		"{tasks}", "eisweep2_"+id+"_tasks",
		"{outcomes}", "eisweep2_"+id+"_outcomes",
		"{attempts}", "eisweep2_"+id+"_attempts",
		"{id}", testTask(1).ID.String(),
	).Replace(template)
}

// acts are those of a role that it must, or must not, be able to do.
type acts struct{ publish, subscribe []string }

var allowed = map[protocol.Role]acts{
	protocol.Worker: {
		publish: []string{
			"$JS.API.STREAM.INFO.{tasks}", "$JS.API.CONSUMER.INFO.{tasks}.c", "$JS.API.CONSUMER.MSG.NEXT.{tasks}.c",
			"$JS.ACK.{tasks}.c.1.1.1.1.0", "$JS.ACK._.y.{tasks}.c.1.1.1.1.0", "$JS.API.DIRECT.GET.{outcomes}.{p}.outcomes.{id}.1",
			"$JS.API.DIRECT.GET.{attempts}.{p}.attempts.{id}.1",
			"{p}.attempts.{id}.1", "{p}.outcomes.{id}.1", "{p}.progress.{id}", "{p}.workers.w",
		},
		subscribe: []string{"eisweep2.{root}.inbox.worker.>", "{p}.hello", "{p}.commands.w"},
	},
	protocol.Client: {
		publish:   []string{"{p}.control.launch"},
		subscribe: []string{"eisweep2.{root}.inbox.client.>", "{p}.updates.quick"},
	},
}

// sweepControl is what only the coordinator may do.
var sweepControl = acts{
	publish: []string{
		"{p}.tasks.{id}.1", // launching
		"$JS.API.STREAM.PURGE.{tasks}",
		"$JS.API.STREAM.DELETE.{tasks}",
		"$JS.API.STREAM.UPDATE.{tasks}",
		"$JS.API.STREAM.CREATE.{tasks}",
		"$JS.API.STREAM.CREATE.mine",
		"$JS.API.STREAM.MSG.DELETE.{tasks}",
		"$JS.API.STREAM.MSG.GET.{tasks}",
		"$JS.API.STREAM.PURGE.{outcomes}",
		"$JS.API.STREAM.MSG.DELETE.{outcomes}",
		"$JS.API.STREAM.RESTORE.{tasks}",
		"$JS.API.STREAM.SNAPSHOT.{tasks}",
		"$JS.API.STREAM.LEADER.STEPDOWN.{tasks}",
		"$JS.API.CONSUMER.CREATE.{tasks}",
		"$JS.API.CONSUMER.CREATE.{tasks}.c",
		"$JS.API.CONSUMER.CREATE.{tasks}.c.{p}.tasks.*.*",
		"$JS.API.CONSUMER.DURABLE.CREATE.{tasks}.c",
		"$JS.API.CONSUMER.DELETE.{tasks}.c",
		"$JS.API.CONSUMER.PAUSE.{tasks}.c",
		"$JS.API.CONSUMER.MSG.NEXT.{outcomes}.coordinator_1",
		"$JS.ACK.{outcomes}.coordinator_1.1.1.1.1.0",
		"$JS.ACK.{outcomes}.coordinator_1.{tasks}.1.1.1.0",
		"$JS.ACK.x.y.{tasks}.c.1.1.1.1.0",
		"{p}.hello",
		"{p}.commands.w",
		"{p}.updates.quick",
		"eisweep2.{root}.inbox.coordinator.x",
		"$SYS.REQ.SERVER.PING",
		"anything",
	},
	subscribe: []string{
		">",
		"eisweep2.>",
		"{p}.>",
		"{p}.control.*",
		"{p}.tasks.>",
		"{p}.outcomes.>",
		"eisweep2.{root}.inbox.>",
		"eisweep2.{root}.inbox.coordinator.>",
		"_INBOX.>",
		"$JS.>",
		"$SYS.>",
	},
}

var forbidden = map[protocol.Role]acts{
	protocol.Worker: {
		publish: append(
			[]string{"{p}.control.launch", "{p}.control.cancel", "eisweep2.{root}.inbox.client.x", "$JS.API.DIRECT.GET.{tasks}.{p}.tasks.{id}.1"},
			sweepControl.publish...),
		subscribe: append(
			[]string{"eisweep2.{root}.inbox.client.>", "{p}.updates.quick", "{p}.progress.*", "{p}.workers.*"},
			sweepControl.subscribe...),
	},
	protocol.Client: {
		publish: append([]string{
			"{p}.attempts.{id}.1", "{p}.outcomes.{id}.1", "{p}.progress.{id}", "{p}.workers.w", "eisweep2.{root}.inbox.worker.x", "$JS.API.INFO",
			"$JS.API.STREAM.INFO.{tasks}", "$JS.API.STREAM.LIST", "$JS.API.CONSUMER.MSG.NEXT.{tasks}.c", "$JS.ACK.{tasks}.c.1.1.1.1.0",
			"$JS.API.DIRECT.GET.{outcomes}.{p}.outcomes.{id}.1",
		}, sweepControl.publish...),
		subscribe: append(
			[]string{"eisweep2.{root}.inbox.worker.>", "{p}.commands.*", "{p}.hello", "{p}.progress.*", "{p}.workers.*"},
			sweepControl.subscribe...),
	},
}

func TestRolesDoTheirPartAndNoOther(t *testing.T) {
	s := newSite(t)
	t.Run("first keys", s.rolesDoTheirPart)
	s.stop()
	if err := s.authority.Rotate(); err != nil {
		t.Fatal(err)
	}
	s.start(t)
	t.Run("rotated keys", s.rolesDoTheirPart)
}

func (s *site) rolesDoTheirPart(t *testing.T) {
	for _, role := range []protocol.Role{protocol.Worker, protocol.Client} {
		f, err := Read(s.root, role)
		if err != nil {
			t.Fatal(err)
		}
		conn, err := raw(t, f)
		if err != nil {
			t.Fatal(err)
		}
		try := func(want bool, what string, subjects []string, act func(subject string) error) {
			t.Helper()
			for _, template := range subjects {
				subject := s.subject(template)
				if err := act(subject); err != nil {
					t.Fatal(err)
				}
				if got := refused(t, conn, what, subject); got != want {
					t.Errorf("%s, %s to %s: refused %v", role, what, template, got)
				}
			}
		}
		publish := func(subject string) error { return conn.Publish(subject, nil) }
		subscribe := func(subject string) error { _, err := conn.SubscribeSync(subject); return err }
		try(false, "Publish", allowed[role].publish, publish)
		try(false, "Subscription", allowed[role].subscribe, subscribe)
		try(true, "Publish", forbidden[role].publish, publish)
		try(true, "Subscription", forbidden[role].subscribe, subscribe)
	}
}

// refused reports whether the server has just refused something.
func refused(t testing.TB, conn *nats.Conn, what, subject string) bool {
	t.Helper()
	if err := conn.FlushWithContext(natstest.Deadline(t)); err != nil {
		t.Fatal(err)
	}
	err := conn.LastError()
	return err != nil &&
		strings.Contains(strings.ToLower(err.Error()), strings.ToLower(fmt.Sprintf("permissions violation for %s to %q", what, subject)))
}

// What is refused has no effect either.
func TestWorkerCannotLaunchOrPurge(t *testing.T) {
	s := newSite(t)
	s.publish(t, testTask(1))
	f, err := Read(s.root, protocol.Worker)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := raw(t, f)
	if err != nil {
		t.Fatal(err)
	}
	for subject, data := range map[string]string{
		"$JS.API.STREAM.PURGE.{tasks}":                "",
		"$JS.API.STREAM.DELETE.{tasks}":               "",
		"{p}.tasks." + testTask(2).ID.String() + ".1": `{}`,
	} {
		subject = s.subject(subject)
		if err := conn.Publish(subject, []byte(data)); err != nil {
			t.Fatal(err)
		}
		if !refused(t, conn, "Publish", subject) {
			t.Errorf("%s is not refused", subject)
		}
	}
	if n, err := s.queue.CountTasks(natstest.Deadline(t)); err != nil || n != 1 {
		t.Errorf("%d orders wait, %v", n, err)
	}
}
