package coordinator

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"eisweep/coordinator/attempts"
	"eisweep/coordinator/lifecycle"
	"eisweep/internal/atomicfile"
	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// phase is how far a task has come.
func (c *Coordinator) phase(id sweeps.ID) lifecycle.Phase {
	c.mu.Lock()
	defer c.mu.Unlock()
	t, _ := c.machine.Task(id)
	return t.Phase
}

// pass has so many ticks pass without a word of those who are silent.
func (g *testCluster) pass(k *Coordinator, ticks int) {
	g.t.Helper()
	for range ticks {
		k.attempts.CountTick(g.context())
	}
}

// lose has a worker fall silent until its attempt has ended.
func (g *testCluster) lose(k *Coordinator, j *job) {
	g.t.Helper()
	g.poll("the claim is known", func() bool { return k.phase(j.id()) == lifecycle.Running })
	j.w.hush(true)
	g.heardOut(k)
	g.pass(k, attempts.QuietTicks-1)
	if is := k.phase(j.id()); is != lifecycle.Running {
		g.t.Fatalf("after %d ticks the attempt is %v", attempts.QuietTicks-1, is)
	}
	g.pass(k, 1)
	if is := k.phase(j.id()); is == lifecycle.Running {
		g.t.Fatalf("the attempt has not ended")
	}
}

// lossLines are the lines of losses.jsonl.
func (g *testCluster) lossLines() []string {
	g.t.Helper()
	text, err := os.ReadFile(g.root.Private("losses.jsonl"))
	if err != nil && !os.IsNotExist(err) {
		g.t.Fatal(err)
	}
	return strings.FieldsFunc(string(text), func(r rune) bool { return r == '\n' })
}

// commands are the messages that a worker gets.
func (g *testCluster) commands(worker string) <-chan protocol.Command {
	g.t.Helper()
	told := make(chan protocol.Command, 1000)
	stop, err := g.site.Commands(worker, func(c protocol.Command) {
		select {
		case told <- c:
		default:
		}
	})
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(stop)
	return told
}

// TestAnEndedAttemptIsFollowedByAnother has a worker cut off while others claim its task, then come back.
func TestAnEndedAttemptIsFollowedByAnother(t *testing.T) {
	for name, firstIsFirst := range map[string]bool{"the ended one commits first": true, "the later one commits first": false} {
		t.Run(name, func(t *testing.T) {
			g := newRig(t)
			k := g.serve()
			g.launch(oneTask)
			first := g.next("two")
			g.lose(k, first)
			second := g.hire("w2", 4).next("two")
			if o := second.task; o.Run != 1 || o.Attempt != 2 || !slices.Contains(o.Earlier, first.token()) {
				t.Errorf("ordered again as run %d, attempt %d, after %v", o.Run, o.Attempt, o.Earlier)
			}
			g.poll("the second claim is known", func() bool { return k.phase(first.id()) == lifecycle.Running })
			told := g.commands("w1")
			first.w.hush(false)
			if c := receive(t, told); c.Verb != protocol.Stop || c.Token != first.token() {
				t.Errorf("the first worker is told %+v", c)
			}
			winner, loser := second, first
			if firstIsFirst {
				winner, loser = first, second
			}
			g.hand(winner)
			g.ends(k, "two")
			if firstIsFirst {
				told := g.commands("w2")
				if c := receive(t, told); c.Verb != protocol.Stop || c.Token != second.token() {
					t.Errorf("the second worker is told %+v", c)
				}
			}
			g.commit(loser, g.outcome(loser.task, loser.token()))
			g.poll("the other result goes", func() bool { return atomicfile.IsGone(g.root.Incoming(loser.id(), 1, loser.token())) })
			if over, err := loser.IsOver(g.context()); err != nil || !over {
				t.Errorf("its worker may go on with it: %v", err)
			}
			if l := g.lines("two"); len(l) != 1 || l[0].State != manifest.Done || l[0].Token != winner.token() ||
				l[0].Attempt != winner.task.Attempt {
				t.Errorf("lines %+v", l)
			}
		})
	}
}

// TestAnAttemptThatReappearsContinues where nobody has claimed its task: the order that was sent is void.
func TestAnAttemptThatReappearsContinues(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.launch(oneTask)
	j := g.next("two")
	g.lose(k, j)
	g.poll("it is ordered again", func() bool { return len(g.orders()) == 1 })
	w2 := g.hire("w2", 4)
	d := w2.fetch(g.context())
	j.w.hush(false)
	g.poll("it continues", func() bool { return k.phase(j.id()) == lifecycle.Running })
	if w2.claim(g.context(), d) != nil {
		t.Error("the task has two attempts")
	}
	if over, err := j.IsOver(g.context()); err != nil || over {
		t.Errorf("it is over: %v", err)
	}
	g.hand(j)
	if s := g.finish(k, "two"); s.Done != 1 || g.executed() != 1 {
		t.Errorf("%+v", s)
	}
	if l := g.lines("two"); len(l) != 1 || l[0].Token != j.token() || l[0].Attempt != 1 {
		t.Errorf("lines %+v", l)
	}
}

// TestASilentWorkersTaskIsAnothers by the coordinator's own ticks. The loss is on record.
func TestASilentWorkersTaskIsAnothers(t *testing.T) {
	g := newRig(t)
	g.tick = presencePause
	k := g.serve()
	g.launch(oneTask)
	j := g.next("two")
	j.w.hush(true)
	g.poll("the attempt ends", func() bool {
		e, err := g.queue.Register.Last(g.context(), j.Name())
		return err == nil && e != nil && e.Event == protocol.EventEnded && e.Token == j.token()
	})
	if l := g.lossLines(); len(l) != 1 || !strings.Contains(l[0], j.token()) || !strings.Contains(l[0], j.id().String()) {
		t.Errorf("on record are %q", l)
	}
	w2 := g.hire("w2", 4)
	defer w2.works()()
	g.ends(k, "two")
}

// TestAnAttemptWithACheckpointIsNoLoss when it ends: the next one resumes from it.
func TestAnAttemptWithACheckpointIsNoLoss(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.launch(oneTask)
	j := g.next("two")
	path := g.root.Checkpoint(j.id(), j.token())
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, path, "half of it")
	g.lose(k, j)
	if l := g.lossLines(); len(l) != 0 {
		t.Errorf("on record are %q", l)
	}
	if o := g.hire("w2", 4).next("two").task; o.Attempt != 1 || !slices.Contains(o.Earlier, j.token()) {
		t.Errorf("ordered again as attempt %d, after %v", o.Attempt, o.Earlier)
	}
}

// TestAWorkerSaysThatItRunsNothing, by a goodbye or since it was started anew in its place: its attempts have
// ended, and no tick is needed.
func TestAWorkerSaysThatItRunsNothing(t *testing.T) {
	for name, leave := range map[string]func(*job){
		"goodbye":          func(j *job) { j.over(); j.w.say(true) },
		"presence without": func(j *job) { j.over() },
	} {
		t.Run(name, func(t *testing.T) {
			g := newRig(t)
			k := g.serve()
			g.launch(oneTask)
			j := g.next("two")
			g.poll("the claim is known", func() bool { return k.phase(j.id()) == lifecycle.Running })
			leave(j)
			second := g.hire("w2", 4).next("two")
			if second.task.Attempt != 2 || len(g.lossLines()) != 1 {
				t.Errorf("ordered again as attempt %d; on record are %q", second.task.Attempt, g.lossLines())
			}
		})
	}
}

// TestACommittedAttemptDoesNotEnd although its worker lists it no more, while its outcome waits for the coordinator.
func TestACommittedAttemptDoesNotEnd(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.launch(oneTask)
	j := g.next("two")
	g.poll("the claim is known", func() bool { return k.phase(j.id()) == lifecycle.Running })
	repair := obstruct(t, g.root.Private("incoming"))
	j.over()
	if _, err := j.Commit(g.context(), protocol.Outcome{SHA256: strings.Repeat("0", 64), Digest: "d", Bytes: 1, Host: "here", Worker: "w1",
		Version: "test"}); err != nil {
		t.Fatal(err)
	}
	g.poll("it waits to be placed", func() bool { return k.phase(j.id()) == lifecycle.Placing })
	g.heardOut(k)
	g.heardOut(k)
	g.pass(k, 2*attempts.QuietTicks)
	if l := g.lossLines(); len(l) != 0 {
		t.Errorf("on record are %q", l)
	}
	repair()
}

// TestAnOutcomeThatIsAcknowledgedElsewhereIsNotWaitedFor has a silent attempt wait for an outcome that the
// coordinator before acknowledged late, so that this one never takes it. The attempt ends all the same.
func TestAnOutcomeThatIsAcknowledgedElsewhereIsNotWaitedFor(t *testing.T) {
	g := newRig(t)
	g.tick = presencePause
	k := g.serve()
	g.launch(twoByTwo)
	j := g.next("two")
	g.poll("it runs", func() bool { return k.countsOf("two").Running == 1 })
	k.mu.Lock()
	k.attempts.Of(j.id()).UpTo = k.book.Last() + 1000
	k.mu.Unlock()
	j.w.hush(true)
	g.poll("the attempt is ended", func() bool { return k.countsOf("two").Running == 0 })
}
