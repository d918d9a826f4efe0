package coordinator

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/sweeps"
)

// testWorker does the workers' part of the protocol, and computes nothing. Every few milliseconds it
// says what it runs.
type testWorker struct {
	g     *testCluster
	name  string
	slots int

	mu           sync.Mutex // held while what it runs changes, so that every presence names all of it
	memory, free int64
	attempts     map[string]protocol.Attempt // by token
	silent       bool
	fetched      []*queue.Delivery // and neither claimed nor given back
}

// presencePause is the time between two presences.
const presencePause = 20 * time.Millisecond

// hire starts a worker that does not know its memory.
func (g *testCluster) hire(name string, slots int) *testWorker { return g.hireWith(name, slots, 0, 0) }

func (g *testCluster) hireWith(name string, slots int, memory, free int64) *testWorker {
	g.t.Helper()
	w := &testWorker{g: g, name: name, slots: slots, memory: memory, free: free, attempts: map[string]protocol.Attempt{}}
	g.mu.Lock()
	g.workers = append(g.workers, w)
	g.mu.Unlock()
	ctx, leave := context.WithCancel(context.Background())
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		tick := time.NewTicker(presencePause)
		defer tick.Stop()
		for {
			w.say(false)
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	}()
	g.t.Cleanup(func() {
		leave()
		<-gone
	})
	return w
}

// worker is the one that tasks go to where a test names none.
func (g *testCluster) worker() *testWorker {
	g.mu.Lock()
	list := g.workers
	g.mu.Unlock()
	if len(list) > 0 {
		return list[0]
	}
	return g.hire("w1", 64)
}

// connection is the workers' to the queue, which a test may have replaced.
func (w *testWorker) connection() *queue.Queue {
	w.g.mu.Lock()
	defer w.g.mu.Unlock()
	return w.g.site
}

// say publishes a presence, and a goodbye if it is gone; it is silent then.
func (w *testWorker) say(gone bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.silent {
		return
	}
	p := protocol.Presence{At: time.Now(), Name: w.name, Host: "here", Slots: w.slots, Busy: len(w.attempts), Memory: w.memory, Free: w.free,
		State: protocol.Idle, Gone: gone}
	if p.Busy > 0 {
		p.State = protocol.Working
	}
	p.Attempts = slices.Collect(maps.Values(w.attempts))
	w.connection().PublishPresence(p)
	w.silent = gone
}

// hush ends the presences, as a kill or a broken network does.
func (w *testWorker) hush(silent bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.silent = silent
}

// job is an attempt of a worker's.
type job struct {
	*queue.Attempt
	w    *testWorker
	task *protocol.TaskMessage
}

func (j *job) id() sweeps.ID { return j.task.ID }
func (j *job) token() string { return j.Name().Token }

// fetch takes an order, nil if ctx ends: one that was fetched for a test before and is any's, or the queue's next.
func (w *testWorker) fetch(ctx context.Context) *queue.Delivery {
	w.mu.Lock()
	list := w.fetched
	if len(list) > 0 {
		w.fetched = list[1:]
	}
	w.mu.Unlock()
	if len(list) > 0 {
		return list[0]
	}
	d, err := w.connection().Next(ctx)
	if err != nil {
		return nil
	}
	return d
}

// claim makes an order an attempt; nil where it is another's.
func (w *testWorker) claim(ctx context.Context, d *queue.Delivery) *job {
	w.mu.Lock()
	defer w.mu.Unlock()
	verdict, a, err := d.Admit(ctx, w.name, "here")
	if err != nil && ctx.Err() == nil {
		w.g.t.Error(err)
	}
	if err != nil || verdict != queue.Execute {
		return nil
	}
	w.attempts[a.Name().Token] = a.Name()
	return &job{a, w, d.Task()}
}

// next claims a task of a sweep; of any if it is "".
func (w *testWorker) next(sweep string) *job {
	w.g.t.Helper()
	ctx := w.g.context()
	var others []*queue.Delivery
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.fetched = append(others, w.fetched...)
	}()
	for {
		d := w.fetch(ctx)
		if d == nil {
			w.g.t.Fatalf("there comes no task of sweep %q", sweep)
		}
		if sweep != "" && d.Task().Sweep != sweep {
			others = append(others, d)
			continue
		}
		if j := w.claim(ctx, d); j != nil {
			return j
		}
	}
}

func (g *testCluster) next(sweep string) *job {
	g.t.Helper()
	return g.worker().next(sweep)
}

// leave gives back what it has fetched and not claimed.
func (w *testWorker) leave() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, d := range w.fetched {
		if err := d.Leave(); err != nil {
			w.g.t.Error(err)
		}
	}
	w.fetched = nil
}

// over ends that the worker says that it runs the attempt.
func (j *job) over() {
	j.w.mu.Lock()
	defer j.w.mu.Unlock()
	delete(j.w.attempts, j.token())
}

// hand commits what an attempt made.
func (g *testCluster) hand(j *job) {
	g.t.Helper()
	if !g.commit(j, g.outcome(j.task, j.token())) {
		g.t.Fatal("another attempt was first")
	}
}

// commit commits an outcome, and reports whether it is the first.
func (g *testCluster) commit(j *job, o protocol.Outcome) bool {
	g.t.Helper()
	won, err := j.Commit(g.context(), o)
	if err != nil {
		g.t.Fatal(err)
	}
	j.over()
	return won
}

// giveBack returns an attempt unfinished, with a class failed.
func (j *job) giveBack(ctx context.Context, class protocol.Class) {
	j.w.g.t.Helper()
	reason := ""
	if class != "" {
		reason = "as the test wants it"
	}
	if err := j.Return(ctx, class, reason); err != nil && ctx.Err() == nil {
		j.w.g.t.Error(err)
	}
	j.over()
}

// works has the worker execute what there is until it is called off.
func (g *testCluster) works() (stop func()) { return g.worker().works() }

func (w *testWorker) works() (stop func()) {
	ctx, cancel := context.WithCancel(w.g.context())
	var working sync.WaitGroup
	working.Go(func() {
		for d := w.fetch(ctx); d != nil; d = w.fetch(ctx) {
			if j := w.claim(ctx, d); j != nil {
				w.execute(ctx, j)
			}
		}
	})
	return func() {
		cancel()
		working.Wait()
	}
}

// execute ends an attempt as the testCluster wants it. Failures that are tried again return the task.
func (w *testWorker) execute(ctx context.Context, j *job) {
	o := w.g.outcome(j.task, j.token())
	if o.Class == protocol.Storage || o.Class == protocol.Lost {
		j.giveBack(ctx, o.Class)
		return
	}
	if _, err := j.Commit(ctx, o); err != nil && ctx.Err() == nil {
		w.g.t.Error(err)
	}
	j.over()
}

// queued lists the tasks that are to be executed and that nobody has claimed, with the sweep that wants each.
func queuedTasks(k *Coordinator) map[string]string {
	k.mu.Lock()
	defer k.mu.Unlock()
	out := map[string]string{}
	for id := range k.machine.Tasks() {
		if t, ok := k.machine.Task(id); ok && (t.Phase == lifecycle.Pending || t.Phase == lifecycle.Queued) {
			out[id.String()] = t.Sweeps[0]
		}
	}
	return out
}

// orders lists the orders in the queue, by task.
func (g *testCluster) orders() map[sweeps.ID]int {
	g.t.Helper()
	subjects := protocol.SubjectsOf(g.root.ID())
	stream, err := g.queue.JetStream().Stream(g.context(), subjects.Stream("tasks"))
	if err != nil {
		g.t.Fatal(err)
	}
	info, err := stream.Info(g.context(), jetstream.WithSubjectFilter(">"))
	if err != nil {
		g.t.Fatal(err)
	}
	out := map[sweeps.ID]int{}
	for subject := range info.State.Subjects {
		id, run, err := subjects.ParseOrder("tasks", subject)
		if err != nil {
			g.t.Fatal(err)
		}
		out[id] = run
	}
	return out
}

// poll waits for something that nobody announces.
func (g *testCluster) poll(what string, ok func() bool) {
	g.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for ctx := g.context(); !ok(); {
		select {
		case <-tick.C:
		case <-ctx.Done():
			g.t.Fatalf("%s: it doesn't come to pass", what)
		}
	}
}

// heardOut waits until the coordinator has handled what workers said so far.
func (g *testCluster) heardOut(k *Coordinator) {
	g.t.Helper()
	if err := g.worker().connection().NATS().FlushWithContext(g.context()); err != nil {
		g.t.Fatal(err)
	}
	if err := k.config.Queue.Echo(g.context()); err != nil {
		g.t.Fatal(err)
	}
}

// completes launches a sweep, and has a worker execute all of its tasks.
func (g *testCluster) completes(k *Coordinator, text, name string) {
	g.t.Helper()
	g.launch(text)
	stop := g.works()
	g.ends(k, name)
	stop()
}
