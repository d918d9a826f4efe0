package coordinator

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"eisweep/internal/folder"
	"eisweep/internal/queue"
	"eisweep/internal/results"
	"eisweep/sweeps"
)

// batch gathers what is made durable together.
type batch struct {
	lines   map[string][]results.Line // by sweep
	folders map[string]bool           // with new names in them
	acks    []queue.OutcomeDelivery
	remove  []string               // names in incoming/
	done    map[sweeps.ID]*located // the lines of results among lines
	settled []string               // sweeps whose last line is among lines
}

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
	case publish:
		return k.publish(c)
	case unqueue:
		delete(k.running, c.id)
		k.outbox.add(sending{command: c})
	case purge:
		k.outbox.add(sending{command: c})
	case place:
		class := k.place(c)
		if k.failure != nil {
			return nil // neither placed nor to be ordered again: it stays in held
		}
		return k.machine.step(placed{c.id, c.run, class})
	case link:
		return k.link(c)
	case record:
		k.record(c)
	case acknowledge:
		k.settle(order(c))
	case discard:
		k.settle(order{c.id, c.run})
	case finishSweep:
		k.batch.settled = append(k.batch.settled, c.sweep)
	case hold: // it stays in held, unless it is an old one
		k.dropSettled(order(c))
	}
	return nil
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

// sourceless settles an order that cannot be given.
func (k *Coordinator) sourceless(c publish, err error) []command {
	k.reasons[c.id] = err.Error()
	return k.machine.step(outcome{c.id, c.run, 1, queue.Source})
}

// message is the order to execute a task, as workers get it.
func (k *Coordinator) message(c publish) (queue.Task, error) {
	t := k.task(c.id, c.sweep)
	m := queue.Task{ID: c.id, Run: c.run, Sweep: c.sweep, Experiment: t.Experiment, Seed: t.Seed, Parameters: map[string]any{}}
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
		m.Initial = &queue.Initial{Input: in, Take: t.Initial.Take}
	}
	return m, nil
}

// input says where a worker finds a file, relative to the root.
func (k *Coordinator) input(in *sweeps.Input) (queue.Input, error) {
	if in.Task == (sweeps.ID{}) {
		return queue.Input{Path: k.relative(k.config.Root.Input(in.SHA256)), SHA256: in.SHA256}, nil
	}
	l, err := k.locate(in.Task, in.Sweep, in.File)
	if err != nil {
		return queue.Input{}, fmt.Errorf("its source %s/%s: %w", in.Sweep, in.File, err)
	}
	return queue.Input{Task: in.Task, Path: l.sweep + "/" + l.line.File, SHA256: l.line.SHA256}, nil
}

// errGone: the manifests tell of no result of the task that is still there.
var errGone = errors.New("its file is gone, or is not what the manifest says")

// locate finds a task's result, in that sweep under that name if it is there.
func (k *Coordinator) locate(id sweeps.ID, sweep, file string) (*located, error) {
	if l := k.batch.done[id]; l != nil {
		return l, nil
	}
	s, _, err := k.index.find(id, sweep, file)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return nil, errGone
	}
	return k.index.line(*s)
}

// settle lets an outcome be acknowledged with the next flush.
func (k *Coordinator) settle(o order) {
	d, ok := k.held[o]
	if !ok {
		return
	}
	delete(k.held, o)
	delete(k.running, o.id)
	k.batch.acks = append(k.batch.acks, d)
	k.batch.remove = append(k.batch.remove, k.config.Root.Incoming(o.id, o.run, d.Outcome.Attempt))
}

// flush makes the batch durable: first the names, then the manifests that speak
// of them, then the queue is told that the outcomes are dealt with, and sweeps are
// finished, which a restart doesn't look at any more. It may let go of the
// lock for a while before it does anything.
func (k *Coordinator) flush() {
	if len(k.batch.lines) > 0 && !k.isOurs(time.Now()) {
		if err := k.ascertain(k.asking); err != nil {
			k.fail(err)
		}
	}
	for dir := range k.batch.folders {
		if err := folder.Sync(dir); err != nil {
			k.fail(err)
		}
	}
	for sweep, lines := range k.batch.lines {
		if k.failure == nil {
			k.append(sweep, lines)
		}
	}
	if k.failure != nil {
		return
	}
	for _, d := range k.batch.acks {
		if err := d.Ack(); err != nil {
			k.config.Log.Warn("acknowledge outcome", "task", d.Outcome.ID, "error", err)
		}
	}
	for _, path := range k.batch.remove {
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			k.config.Log.Warn("remove placed file from incoming", "error", err)
		}
	}
	for _, sweep := range k.batch.settled {
		k.finish(sweep)
	}
	for sweep, lines := range k.batch.lines {
		k.tell(sweep, lines)
	}
	k.batch = batch{}
	k.announce()
	k.offers.ask()
}

// tell says what was written, to those who follow a sweep.
func (k *Coordinator) tell(sweep string, lines []results.Line) {
	for _, l := range lines {
		if k.config.Noted != nil {
			k.config.Noted(l)
		}
		if k.config.Exclusive {
			continue
		}
		text, err := json.Marshal(l)
		if err != nil {
			k.config.Log.Warn("tell of a line", "task", l.ID, "error", err)
			continue
		}
		k.config.Queue.PublishNote(sweep, text)
	}
}

// append writes lines to a sweep's manifest.
func (k *Coordinator) append(sweep string, lines []results.Line) {
	if err := k.ours(); err != nil {
		k.fail(err)
		return
	}
	m, err := k.manifest(sweep)
	if err != nil {
		k.fail(fmt.Errorf("open manifest of %s: %w", sweep, err))
		return
	}
	if err := m.Append(lines...); err != nil {
		k.fail(fmt.Errorf("write manifest of %s: %w", sweep, err))
		return
	}
	if err := k.index.refreshSweep(sweep); err != nil {
		k.fail(err)
	}
}

// manifest is the sweep's manifest, opened anew where its folder was moved or removed.
func (k *Coordinator) manifest(sweep string) (*results.Manifest, error) {
	m := k.manifests[sweep]
	if m != nil && m.InPlace() {
		return m, nil
	}
	if m != nil {
		delete(k.manifests, sweep)
		if err := m.Close(); err != nil {
			return nil, err
		}
	}
	if dir := k.config.Root.SweepDir(sweep); isGone(dir) {
		if err := os.Mkdir(dir, 0o777); err != nil {
			return nil, err
		}
	}
	m, err := results.OpenManifest(k.config.Root.Manifest(sweep))
	if err == nil {
		k.manifests[sweep] = m
	}
	return m, err
}

// note adds a line to the batch.
func (k *Coordinator) note(sweep string, l results.Line) {
	if k.batch.lines == nil {
		k.batch.lines, k.batch.folders = map[string][]results.Line{}, map[string]bool{}
	}
	k.batch.lines[sweep] = append(k.batch.lines[sweep], l)
	if l.State != results.Failed {
		k.batch.folders[k.config.Root.SweepDir(sweep)] = true
		if k.batch.done == nil {
			k.batch.done = map[sweeps.ID]*located{}
		}
		if k.batch.done[l.ID] == nil {
			k.batch.done[l.ID] = &located{sweep, l}
		}
	}
}

// relative names a path under the root as messages do.
func (k *Coordinator) relative(path string) string {
	rel, err := k.config.Root.Relative(path)
	if err != nil {
		k.fail(fmt.Errorf("name input: %w", err))
	}
	return rel
}
