package coordinator

import (
	"context"
	"errors"
	"fmt"

	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/sweeps"
)

// publishAtOnce is how many tasks are published together.
const publishAtOnce = 1000

// do carries commands out, in their order. What must be durable first is gathered
// for flush. It is called with the lock held.
func (k *Coordinator) do(commands []command) {
	for len(commands) > 0 && k.failure == nil {
		c := commands[0]
		commands = commands[1:]
		if first := k.carryOut(c); len(first) > 0 {
			commands = append(first, commands...)
		}
	}
}

// carryOut does one command and returns those that follow from it at once.
func (k *Coordinator) carryOut(c command) []command {
	switch c := c.(type) {
	case openSweep:
		delete(k.closing, c.sweep)
		k.outbox.add(sending{command: c})
		if k.machine.sweeps[c.sweep].launched { // it was finished, as its stand says
			k.batch.reopened = append(k.batch.reopened, c.sweep)
		}
	case publish:
		return k.publish(c)
	case unqueue:
		delete(k.running, c.id)
		k.outbox.add(sending{command: c})
	case purge:
		k.dropUnknown()
		k.outbox.add(sending{command: c})
	case revive:
		k.sweep(c.sweep).revive(c.id)
	case place:
		return k.place(c)
	case link:
		return k.link(c)
	case record:
		k.record(c)
	case acknowledge:
		k.settle(order(c))
	case discard:
		k.settle(order{c.id, c.run})
	case redirect:
		return k.machine.step(moved(c))
	case finishSweep:
		k.batch.settled = append(k.batch.settled, c.sweep)
	case hold: // it stays in held, unless it is an old one
		k.dropSettled(order(c))
	}
	return nil
}

// dropUnknown forgets attempts at tasks that nobody wants any more.
func (k *Coordinator) dropUnknown() {
	for id := range k.running {
		if k.machine.tasks[id] == nil {
			delete(k.running, id)
		}
	}
}

// publish queues a task, unless its outcome is there already: committed before
// this coordinator started.
func (k *Coordinator) publish(c publish) []command {
	if d, ok := k.held[order{c.id, c.run}]; ok {
		return k.machine.step(outcome{c.id, c.run, d.Outcome.Attempt, d.Outcome.Class})
	}
	delete(k.reasons, c.id)
	if k.outbox.unsent() >= ordersAhead {
		k.outbox.add(sending{command: c})
		return nil
	}
	m, err := k.message(c)
	if err != nil {
		return k.sourceless(c, err)
	}
	k.outbox.add(sending{c, &m})
	return nil
}

// sourceless settles an order that cannot be given, because its source is gone. While
// nobody can tell whether it is, the order waits.
func (k *Coordinator) sourceless(c publish, err error) []command {
	if !errors.Is(err, errGone) {
		k.postpone(c.sweep, c, err, false)
		return nil
	}
	k.reasons[c.id] = err.Error()
	return k.machine.step(outcome{c.id, c.run, 1, protocol.Source})
}

// message is the order to execute a task, as workers get it.
func (k *Coordinator) message(c publish) (protocol.Task, error) {
	t := k.task(c.id, c.sweep)
	m := protocol.Task{ID: c.id, Run: c.run, Sweep: c.sweep, Experiment: t.Experiment, Seed: t.Seed, Parameters: map[string]any{}}
	for _, s := range t.Settings() {
		m.Parameters[s.Name] = s.Value.Any()
	}
	if t.Source != nil {
		in, err := k.input(t.Source)
		if err != nil {
			return m, err
		}
		m.Source = &in
	}
	if t.Initial != nil {
		in, err := k.input(&t.Initial.Input)
		if err != nil {
			return m, err
		}
		m.Initial = &protocol.Initial{Input: in, Take: t.Initial.Take}
	}
	return m, nil
}

// input says where a worker finds a file, relative to the root.
func (k *Coordinator) input(in *sweeps.Input) (protocol.Input, error) {
	if in.Task == (sweeps.ID{}) {
		return protocol.Input{Path: k.relative(k.config.Root.Input(in.SHA256)), SHA256: in.SHA256}, nil
	}
	l, err := k.locate(in.Task, in.Sweep, in.File)
	if err != nil {
		return protocol.Input{}, fmt.Errorf("its source %s/%s: %w", in.Sweep, in.File, err)
	}
	return protocol.Input{Task: in.Task, Path: l.sweep + "/" + l.line.File, SHA256: l.line.SHA256}, nil
}

// errGone: the manifests tell of no result of the task that is still there.
var errGone = errors.New("its file is gone, or is not what the manifest says")

// locate finds a task's result, in that sweep under that name if it is there.
func (k *Coordinator) locate(id sweeps.ID, sweep, file string) (*located, error) {
	if l := k.batch.done[id]; l != nil {
		return l, nil
	}
	for _, f := range k.faults {
		if l := f.unread[id]; l != nil {
			return l, nil
		}
	}
	s, _, err := k.index.find(context.Background(), id, sweep, file)
	if s != nil { // one of several copies is enough
		return k.index.line(*s)
	}
	if err == nil {
		err = errGone
	}
	return nil, err
}

// settled is an outcome that may be acknowledged as soon as its lines are durable.
type settled struct {
	delivery queue.OutcomeDelivery
	incoming string // its result's path, which is not needed any more
}

// settle lets an outcome be acknowledged with the next flush.
func (k *Coordinator) settle(o order) {
	d, ok := k.held[o]
	if !ok {
		return
	}
	delete(k.held, o)
	delete(k.running, o.id)
	k.batch.outcomes = append(k.batch.outcomes, settled{d, k.config.Root.Incoming(o.id, o.run, d.Outcome.Attempt)})
}

// relative names a path under the root as messages do.
func (k *Coordinator) relative(path string) string {
	rel, err := k.config.Root.Relative(path)
	if err != nil {
		k.fail(fmt.Errorf("name input: %w", err))
	}
	return rel
}
