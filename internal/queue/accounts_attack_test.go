package queue

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
)

// attack is a role that publishes what it may, with replies that it may not publish to.
type attack struct {
	t       testing.TB
	s       *stage
	role    protocol.Role
	conn    *nats.Conn
	task    *nats.Msg // that a worker has fetched
	onwards bool      // also when answers end, as they do once the streams are gone
	settle  string    // the acknowledgement of an outcome that the coordinator has in hand
}

// fill makes subjects of a pattern of the rights' table.
func (a *attack) fill(pattern string) string {
	q := a.s.q
	values := map[string][]string{"progress": {testID(1).String()}}
	parts := strings.Split(pattern, ".")
	switch {
	case strings.HasPrefix(pattern, "$JS.ACK._."):
		return strings.Join(append(parts[:3], "hash", parts[4], q.subjects.Consumer(), "1", "1", "1", "1", "0", "x"), ".")
	case strings.HasPrefix(pattern, "$JS.ACK.") && a.task != nil:
		return a.task.Reply
	case strings.HasPrefix(pattern, "$JS.API.CONSUMER."):
		return strings.Replace(pattern, ".*", "."+q.subjects.Consumer(), 1)
	}
	for i := range parts {
		if parts[i] == testRoot && i+1 < len(parts) && parts[i+1] == "*" {
			parts[i+1] = protocol.Version()
			kind := parts[i+2]
			for j, part := range parts[i+3:] {
				value := "x"
				switch v := values[kind]; {
				case j < len(v):
					value = v[j]
				case kind == "attempts" || kind == "outcomes":
					value = []string{testID(1).String(), "7"}[j]
				case kind == "control":
					value = "ping"
				}
				if part == "*" {
					parts[i+3+j] = value
				}
			}
		}
	}
	return strings.ReplaceAll(strings.Join(parts, "."), ">", "x")
}

// permitted are a subject for each line of the role's rights.
func (a *attack) permitted() (subjects []string) {
	for _, pattern := range protocol.SubjectsOf(testRoot).Grants(a.role).Publish() {
		subject := a.fill(pattern)
		if strings.ContainsAny(subject, "*>") {
			a.t.Fatalf("no subject for %s, but %s", pattern, subject)
		}
		subjects = append(subjects, subject)
	}
	return subjects
}

// coordinators are what nobody but the coordinator may publish.
func (a *attack) coordinators() []string {
	s := protocol.SubjectsOf(testRoot)
	all := []string{
		a.settle,
		"$JS.ACK._.hash." + s.Stream("outcomes") + ".coordinator_1.1.1.1.1.0.x",
		"$JS.ACK." + s.Stream("outcomes") + ".coordinator_1.1.1.1.1.0",
		strings.Replace(a.settle, ".coordinator_1.1.", ".coordinator_1."+s.Stream("tasks")+".", 1),
		"$JS.API.STREAM.CREATE.spy",
		"$JS.API.CONSUMER.CREATE.spy.c",
		"$SYS.REQ.SERVER.PING",
		"$SYS.REQ.USER.INFO",
		"_R_.abcdef.ghijkl",
		"_INBOX.abc",
		"anything",
		s.Inbox(protocol.Coordinator) + ".x",
		s.Task(testID(5), 1),
		s.Hello(),
		s.Commands("w"),
		s.Updates("quick"),
		"$KV." + testRoot + ".coordinator",
	}
	for _, kind := range protocol.StreamKinds {
		name := s.Stream(kind)
		for _, verb := range []string{"PURGE", "DELETE", "UPDATE", "CREATE", "MSG.DELETE", "MSG.GET", "SNAPSHOT", "RESTORE", "LEADER.STEPDOWN",
			"PEER.REMOVE"} {
			all = append(all, "$JS.API.STREAM."+verb+"."+name)
		}
		consumers, verbs := protocol.OutcomeConsumerNames(), []string{
			"DELETE",
			"CREATE",
			"DURABLE.CREATE",
			"PAUSE",
			"RESET",
			"UNPIN",
			"LEADER.STEPDOWN",
			"MSG.NEXT",
		}
		if kind == "tasks" {
			consumers, verbs = []string{s.Consumer()}, verbs[:len(verbs)-1]
		}
		for _, consumer := range consumers {
			for _, verb := range verbs {
				all = append(all, "$JS.API.CONSUMER."+verb+"."+name+"."+consumer)
			}
		}
		all = append(all, "$JS.API.CONSUMER.CREATE."+name, "$JS.API.DIRECT.GET."+name)
	}
	return all
}

// others are what is another role's.
func (a *attack) others() (all []string) {
	s := protocol.SubjectsOf(testRoot)
	for _, role := range []protocol.Role{protocol.Worker, protocol.Client} {
		r := s.Grants(role)
		for _, pattern := range slices.Concat(r.Publish(), r.Subscribe()) {
			all = append(all, a.fill(pattern))
		}
	}
	own := s.Grants(a.role)
	mine := slices.Concat(own.Publish(), []string{own.Inbox})
	return slices.DeleteFunc(all, func(subject string) bool {
		return slices.ContainsFunc(mine, func(pattern string) bool { return server.SubjectsCollide(subject, pattern) })
	})
}

// forbidden is all that the role may not publish, deletions after what they would prevent.
func (a *attack) forbidden() []string {
	all := slices.Concat(a.coordinators(), a.others())
	slices.Sort(all)
	all = slices.Compact(all)
	slices.Reverse(all)
	return all
}

// payload is what would do harm if it came to a subject.
func payload(subject string) []byte {
	var v any
	switch {
	case strings.HasPrefix(subject, "$JS.API.STREAM.CREATE."), strings.HasPrefix(subject, "$JS.API.STREAM.UPDATE."):
		name := subject[strings.LastIndex(subject, ".")+1:]
		v = jetstream.StreamConfig{
			Name:     name,
			Subjects: []string{protocol.SubjectsOf(testRoot).Every("control", "ping")},
			Storage:  jetstream.MemoryStorage,
			NoAck:    name == "spy",
		}
	case strings.HasPrefix(subject, "$JS.API.CONSUMER.CREATE."), strings.HasPrefix(subject, "$JS.API.CONSUMER.DURABLE."):
		parts := strings.Split(
			strings.TrimPrefix(strings.TrimPrefix(subject, "$JS.API.CONSUMER.CREATE."), "$JS.API.CONSUMER.DURABLE.CREATE."),
			".",
		)
		name := parts[len(parts)-1]
		v = map[string]any{
			"stream_name": parts[0],
			"config": map[string]any{
				"name":            name,
				"durable_name":    name,
				"deliver_subject": protocol.SubjectsOf(testRoot).Control("launch"),
				"ack_policy":      "none",
			},
		}
	case strings.Contains(subject, ".MSG.NEXT."):
		return []byte(`{"batch":1,"no_wait":true}`)
	case strings.HasPrefix(subject, "$JS.ACK."):
		return []byte("+NXT")
	case strings.Contains(subject, ".commands."):
		return []byte(`{"verb":"drain"}`)
	default:
		return nil
	}
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}

// run publishes each subject with each reply. What the role itself may write has what
// harms there; where an answer is to be expected it waits for one, so that those before
// have been given as well.
func (a *attack) run() error {
	for _, reply := range a.forbidden() {
		if err := a.with(reply); err != nil && !a.onwards {
			return fmt.Errorf("answers end after %s: %w", reply, err)
		}
	}
	if err := a.headers(); err != nil {
		return err
	}
	if a.onwards {
		natstest.Until(a.t, "the stream is deleted, and perhaps made anew", func() bool {
			there, err := a.s.q.JetStream().Stream(natstest.Deadline(a.t), a.s.q.subjects.Stream("tasks"))
			return err != nil || !there.CachedInfo().Created.Equal(a.s.q.tasks.CachedInfo().Created)
		})
		return nil
	}
	for _, subject := range a.permitted() {
		if !answered(subject) {
			continue
		}
		if _, err := a.conn.RequestWithContext(natstest.Deadline(a.t), subject, payload(subject)); err != nil {
			return fmt.Errorf("%s, which %s may ask: %w", subject, a.role, err)
		}
	}
	return nil
}

// with publishes each subject with a reply.
func (a *attack) with(reply string) error {
	q := a.s.q
	plant, attempts := q.subjects.Attempts(testID(1), 7), "$JS.API.DIRECT.GET."+q.subjects.Stream("attempts")+"."
	if a.role == protocol.Worker {
		if err := a.plant(plant, payload(reply)); err != nil {
			return err
		}
	}
	for _, subject := range a.permitted() {
		data := payload(subject)
		switch {
		case a.role == protocol.Client, strings.HasPrefix(subject, "eisweep2."):
			data = payload(reply)
		case strings.HasPrefix(subject, attempts):
			subject = attempts + plant
		}
		if err := a.conn.PublishRequest(subject, reply, data); err != nil {
			return err
		}
	}
	return nil
}

// plant leaves a message where the role may, for answers to carry elsewhere.
func (a *attack) plant(subject string, data []byte) error {
	if a.onwards {
		return errors.Join(a.conn.Publish(subject, data), a.conn.FlushWithContext(natstest.Deadline(a.t)))
	}
	_, err := a.conn.RequestWithContext(natstest.Deadline(a.t), subject, data)
	return err
}

// headers publishes each subject with the headers by which NATS does more than it is asked
// for by the subject.
func (a *attack) headers() error {
	q := a.s.q
	for _, target := range []string{"$JS.API.STREAM.PURGE." + q.subjects.Stream("tasks"), q.subjects.Task(testID(5), 1),
		q.subjects.Control("launch"), q.subjects.Commands("w"), q.subjects.Updates("quick")} {
		if !slices.Contains(a.forbidden(), target) {
			continue
		}
		for _, h := range []nats.Header{
			{"Nats-Trace-Dest": {target}}, {"Nats-Trace-Dest": {target}, "Nats-Trace-Only": {"true"}}, {"Nats-Rollup": {"all"}},
			{"Nats-Rollup": {"sub"}}, {"Nats-TTL": {"1s"}},
			{"Nats-Schedule": {"@at 2020-01-01T00:00:00Z"}, "Nats-Schedule-Target": {target}},
			{"Nats-Batch-Id": {"b"}, "Nats-Batch-Sequence": {"1"}, "Nats-Batch-Commit": {"1"}},
			{"Nats-Request-Info": {`{"acc":"` + protocol.CoordinatorAccount + `"}`}}, {"Nats-Expected-Last-Sequence": {"1"}},
			{"Nats-Stream-Source": {target}}, {"Nats-Marker-Reason": {"Purge"}},
		} {
			for _, subject := range a.permitted() {
				m := &nats.Msg{Subject: subject, Reply: a.conn.NewInbox(), Header: h, Data: payload(subject)}
				if err := a.conn.PublishMsg(m); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func answered(subject string) bool {
	return !strings.HasPrefix(subject, "$JS.ACK._") && !strings.Contains(subject, ".progress.") && !strings.Contains(subject, ".workers.")
}

// newAttack prepares tasks, an outcome that the coordinator has in hand, and a
// coordinator that answers with what it is asked.
func newAttack(t testing.TB, s *stage, role protocol.Role) *attack {
	t.Helper()
	a := &attack{t: t, s: s, role: role, conn: s.as(t, role)}
	publish(t, s.q, testTasks(100, 400)...)
	commit(t, admit(t, next(t, s.q), "w"))
	counts(t, s.q, 399) // the order has left the queue
	consumer, err := s.q.outcomeConsumer(natstest.Deadline(t), true, 0)
	if err != nil {
		t.Fatal(err)
	}
	var settled jetstream.Msg
	natstest.Until(t, "the coordinator's server knows the way to the consumer", func() bool {
		settled, err = consumer.Next(jetstream.FetchMaxWait(natstest.TooLong))
		return !errors.Is(err, nats.ErrNoResponders)
	})
	if err != nil {
		t.Fatal(err)
	}
	a.settle = settled.Reply()
	if role == protocol.Worker {
		natstest.Until(t, "the worker's server knows the way to the queue", func() bool {
			a.task, err = a.conn.RequestWithContext(natstest.Deadline(t),
				"$JS.API.CONSUMER.MSG.NEXT."+s.q.subjects.Stream("tasks")+"."+s.q.subjects.Consumer(), []byte(`{"batch":1}`))
			return err == nil
		})
	}
	sub, err := s.q.NATS().Subscribe(s.q.subjects.Control("*"), func(m *nats.Msg) { _ = m.Respond(m.Data) }) // obliging, unlike Answer
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sub.Unsubscribe() })
	return a
}

// snapshot is what must not change, but for what the role may write itself.
func (a *attack) snapshot() map[string]string {
	a.t.Helper()
	found := map[string]string{}
	ctx := natstest.Deadline(a.t)
	own := []string{a.s.q.subjects.Attempts(testID(1), 7), a.s.q.subjects.Outcome(testID(1), 7)}
	if a.task != nil {
		own = append(own, a.task.Subject) // which its acknowledgement removes
	}
	streams := a.s.q.JetStream().ListStreams(ctx, jetstream.WithStreamListSubject(">"))
	for info := range streams.Info() {
		found["stream "+info.Config.Name] = fmt.Sprint(info.Created, info.Config.Subjects)
		stream, err := a.s.q.JetStream().Stream(ctx, info.Config.Name)
		if err != nil {
			a.t.Fatal(err)
		}
		full, err := stream.Info(ctx, jetstream.WithSubjectFilter(">"))
		if err != nil {
			a.t.Fatal(err)
		}
		for subject, n := range full.State.Subjects {
			if !slices.Contains(own, subject) {
				found["message "+subject] = fmt.Sprint(n)
			}
		}
		if name := info.Config.Name; name == a.s.q.subjects.Stream("tasks") {
			found["sequences "+name] = fmt.Sprint(full.State.LastSeq)
		}
		consumers := stream.ListConsumers(ctx)
		for c := range consumers.Info() {
			text := fmt.Sprint(c.Created, c.Config.DeliverSubject, c.Paused)
			if strings.HasPrefix(c.Name, protocol.OutcomeConsumer) {
				text += fmt.Sprint(c.AckFloor.Stream, c.NumAckPending, c.Delivered.Stream)
			}
			found["consumer "+info.Config.Name+" "+c.Name] = text
		}
		if consumers.Err() != nil {
			a.t.Fatal(consumers.Err())
		}
	}
	if streams.Err() != nil {
		a.t.Fatal(streams.Err())
	}
	return found
}

// harm runs the attack and lists what it did that it must not.
func (a *attack) harm() (found []string) {
	a.t.Helper()
	forbidden := a.forbidden()
	before := a.snapshot()
	ears := map[string]*ear{"the coordinator": listenTo(a.t, a.s.as(a.t, protocol.Coordinator), ">")}
	for _, role := range []protocol.Role{protocol.Worker, protocol.Client} {
		if role != a.role {
			ears[string(role)] = listenTo(a.t, a.s.as(a.t, role), protocol.SubjectsOf(testRoot).Grants(role).Subscribe()...)
		}
	}
	if err := a.run(); err != nil {
		found = append(found, err.Error())
	}
	for who, e := range ears {
		heard := e.stop(a.t)
		for _, subject := range forbidden {
			if heard[subject] > 0 {
				found = append(found, who+" hears "+subject)
			}
		}
		if who != "the coordinator" && len(heard) > 0 {
			found = append(found, fmt.Sprintf("%s hears %v", who, slices.Sorted(maps.Keys(heard))))
		}
	}
	after := a.snapshot()
	for what, was := range before {
		if after[what] != was {
			found = append(found, fmt.Sprintf("%s: %q became %q", what, was, after[what]))
		}
	}
	for what := range after {
		if _, ok := before[what]; !ok {
			found = append(found, "new: "+what)
		}
	}
	return found
}
