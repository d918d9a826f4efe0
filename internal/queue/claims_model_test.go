package queue

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/natsconn"
	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// model is a coordinator and workers that do what the protocol allows, and die at any point of it.
type model struct {
	t       testing.TB
	luck    *luck
	ackWait time.Duration
	tasks   int

	mu      sync.Mutex
	last    map[sweeps.ID]Entry         // of the register, as the coordinator knows it
	settled map[sweeps.ID]bool          // by an outcome
	alive   map[string]bool             // tokens that presences list
	missed  map[string]int              // looks in a row at which a token was not listed
	claimed map[string]protocol.Attempt // tokens of claims, also of those whose worker died at once
	unsure  int                         // claims that ended with an error: whether they were entered is open
	late    int                         // outcomes of runs that were settled
}

// coordinate publishes, purges, ends attempts and takes outcomes, until all tasks are settled.
func (m *model) coordinate(ctx context.Context, k *Queue) {
	stop, err := k.Register.Watch(ctx, func(e Entry) {
		m.mu.Lock()
		defer m.mu.Unlock()
		if e.Sequence > m.last[e.ID].Sequence {
			m.last[e.ID] = e
		}
	})
	if err != nil {
		m.t.Error(err)
		return
	}
	defer stop()
	end, err := k.Outcomes(ctx, m.settle)
	if err != nil {
		m.t.Error(err)
		return
	}
	defer end()
	for ctx.Err() == nil && m.left() > 0 {
		m.rebuild(ctx, k)
		m.endMissing(ctx, k)
		pause(ctx, m.luck.upTo(m.ackWait))
	}
}

func (m *model) left() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tasks - len(m.settled)
}

// settle takes an outcome.
func (m *model) settle(o OutcomeDelivery) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.settled[o.ID] {
		m.late++
	}
	m.settled[o.ID] = true
	if err := o.Ack(); err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
		m.t.Error(err)
	}
}

// rebuild purges all orders and publishes those of the tasks that nobody seems to execute.
func (m *model) rebuild(ctx context.Context, k *Queue) {
	if err := k.PurgeTasks(ctx); err != nil {
		return // ctx has ended
	}
	var orders []protocol.TaskMessage
	m.mu.Lock()
	for n := range m.tasks {
		if last := m.last[testID(n)]; !m.settled[testID(n)] && last.Event != protocol.EventStarted {
			order := testTask(n)
			order.After = last.Sequence
			orders = append(orders, order)
		}
	}
	m.mu.Unlock()
	_, err := k.PublishTasks(ctx, orders[:min(len(orders), 60)])
	if err != nil && ctx.Err() == nil && !natsconn.Transient(err) && !errors.Is(err, ErrOccupied) {
		m.t.Error(err)
	}
}

// endMissing ends the attempts that no presence has listed for a while, and sometimes one that is
// listed. It lets one that is listed after its end go on.
func (m *model) endMissing(ctx context.Context, k *Queue) {
	m.mu.Lock()
	var events []Entry
	for id, e := range m.last {
		alive := m.alive[e.Token]
		if m.missed[e.Token]++; alive {
			m.missed[e.Token] = 0
		}
		switch {
		case m.settled[id]:
		case e.Event == protocol.EventStarted && (m.missed[e.Token] > 3 || alive && m.luck.is(0.05)):
			e.Event = protocol.EventEnded
			events = append(events, e)
		case e.Event == protocol.EventEnded && alive && m.luck.is(0.5):
			e.Event = protocol.EventStarted
			events = append(events, e)
		}
	}
	m.mu.Unlock()
	for _, e := range events {
		e.At = time.Now()
		if _, err := k.Register.Note(ctx, e.AttemptEvent, e.Sequence); err != nil && !errors.Is(err, ErrOutdated) && ctx.Err() == nil {
			m.t.Error(err)
		}
	}
}

// work takes tasks until ctx ends, each as a process of its own that may die.
func (m *model) work(ctx context.Context, q *Queue, name string) {
	for {
		d, err := q.Next(ctx)
		if err != nil {
			return
		}
		if m.luck.is(0.05) && !pause(ctx, 2*m.ackWait) { // the order is delivered again meanwhile
			return
		}
		switch {
		case m.luck.is(0.05): // killed before the claim
		case m.luck.is(0.03):
			if err := d.Leave(); err != nil && ctx.Err() == nil {
				m.t.Error(err)
			}
		case m.luck.is(0.03):
			if err := d.Refuse(ctx, name, "host", "no memory"); err != nil && ctx.Err() == nil {
				m.t.Error(err)
			}
		case m.luck.is(0.05):
			m.claimOnly(ctx, d, name)
		default:
			m.execute(ctx, d, name)
		}
	}
}

// claimOnly is killed between the claim and the acknowledgement of the order.
func (m *model) claimOnly(ctx context.Context, d *Delivery, name string) {
	task := d.Task()
	e := protocol.AttemptEvent{
		ID:      task.ID,
		Run:     task.Run,
		Attempt: task.Attempt,
		Token:   protocol.NewToken(),
		Event:   protocol.EventStarted,
		Worker:  name,
		At:      time.Now(),
	}
	_, err := d.q.Register.Note(ctx, e, task.After)
	switch {
	case err == nil:
		m.claim(protocol.Attempt{ID: e.ID, Run: e.Run, Token: e.Token}, false)
	case !errors.Is(err, ErrOutdated):
		m.mu.Lock()
		m.unsure++
		m.mu.Unlock()
	}
}

// claim notes a claim, and whether presences list it from now on.
func (m *model) claim(a protocol.Attempt, alive bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.claimed[a.Token] = a
	m.alive[a.Token] = alive
}

func (m *model) execute(ctx context.Context, d *Delivery, name string) {
	_, a, err := d.Admit(ctx, name, "host")
	if err != nil {
		m.mu.Lock()
		m.unsure++
		m.mu.Unlock()
	}
	if a == nil {
		return
	}
	m.claim(a.Name(), true)
	defer m.claim(a.Name(), false)
	if !pause(ctx, m.luck.upTo(m.ackWait/4)) || m.luck.is(0.05) {
		return // killed while it runs
	}
	if m.luck.is(0.3) { // told to stop, or connected again
		over, err := a.IsOver(ctx)
		if err != nil && ctx.Err() == nil {
			m.t.Error(err)
		}
		if over && m.luck.is(0.8) {
			return // the others commit late
		}
	}
	if m.luck.is(0.1) {
		class := []protocol.Class{"", protocol.Lost, protocol.Storage}[int(m.luck.upTo(3))]
		if err := a.Return(ctx, class, "test"); err != nil && ctx.Err() == nil {
			m.t.Error(err)
		}
		return
	}
	if _, err := a.Commit(ctx, failure(protocol.Outcome{Worker: name})); err != nil && ctx.Err() == nil {
		m.t.Error(err)
	}
}

// history is all that was ever entered into the register, by task, in its order.
func history(t testing.TB, k *Queue) map[sweeps.ID][]protocol.AttemptEvent {
	t.Helper()
	consumer, err := k.Register.stream.OrderedConsumer(natstest.Deadline(t), jetstream.OrderedConsumerConfig{})
	if err != nil {
		t.Fatal(err)
	}
	found := map[sweeps.ID][]protocol.AttemptEvent{}
	messages, err := consumer.Messages()
	if err != nil {
		t.Fatal(err)
	}
	defer messages.Stop()
	for pending := consumer.CachedInfo().NumPending; pending > 0; {
		msg, err := messages.Next(jetstream.NextContext(natstest.Deadline(t)))
		if err != nil {
			t.Fatal(err)
		}
		e, err := k.subjects.DecodeAttempt(msg.Subject(), msg.Data())
		if err != nil {
			t.Fatal(err)
		}
		found[e.ID] = append(found[e.ID], *e)
		meta, err := msg.Metadata()
		if err != nil {
			t.Fatal(err)
		}
		pending = meta.NumPending
	}
	return found
}

// check holds that all tasks are settled, that no attempt began before the one before it was over, and
// that each was claimed by somebody who knows.
func (m *model) check(k *Queue) {
	m.t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.settled) != m.tasks {
		m.t.Errorf("%d of %d tasks are settled", len(m.settled), m.tasks)
	}
	entered := map[string]bool{}
	for id, events := range history(m.t, k) {
		running := ""
		for i, e := range events {
			good := running == ""
			switch e.Event {
			case protocol.EventStarted:
				entered[e.Token] = true
				running = e.Token
			case protocol.EventEnded:
				good, running = running == e.Token, ""
			case protocol.EventReturned:
				good, running = running == e.Token || running == "" && e.Class == protocol.Lost, "" // also of an order that was delivered too often
			}
			if !good {
				m.t.Errorf("task %s: event %d of %+v", id, i, events)
				break
			}
		}
	}
	for token, a := range m.claimed {
		if !entered[token] {
			m.t.Errorf("the claim %+v is not in the register", a)
		}
	}
	if strange := len(entered) - len(m.claimed); strange > m.unsure {
		m.t.Errorf("nobody knows of %d claims; %d ended with an error", strange, m.unsure)
	}
	m.t.Logf("%d claims, %d late outcomes", len(entered), m.late)
}
