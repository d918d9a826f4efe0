package coordinator

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"eisweep/coordinator/ledger"
	"eisweep/coordinator/records"
	"eisweep/internal/control"
	"eisweep/internal/events"
	"eisweep/internal/lease"
	"eisweep/internal/root"
)

// ownership is an Ownership that a test ends, and that a function renews.
type ownership struct {
	renew   func(context.Context) error
	crashed bool // the previous owner

	mu    sync.Mutex
	valid bool
	looks int // after how many it lapses; 0: it doesn't by itself
}

func (o *ownership) Valid() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.looks > 0 {
		o.looks--
		return o.looks > 0
	}
	return o.valid
}

// lapseAfter has it lapse once it was found valid so many times.
func (o *ownership) lapseAfter(looks int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.valid, o.looks = false, looks+1
}

func (o *ownership) Check(ctx context.Context) error {
	if o.Valid() {
		return nil
	}
	err := o.renew(ctx)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.valid = err == nil
	return err
}

func (o *ownership) Epoch() uint64 { return 7 }

func (o *ownership) PreviousCrashed() bool { return o.crashed }

func (o *ownership) Previous() root.Holder { return root.Holder{} }

func (o *ownership) lapse() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.valid = false
}

// owning starts a coordinator that finds out by a function whether the root is its own.
func (g *testCluster) owning(renew func(context.Context) error) (*Coordinator, *ownership) {
	g.t.Helper()
	own := &ownership{renew: renew}
	c := g.config()
	c.Ownership = own
	k, err := Start(g.context(), c)
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { _ = k.Stop(context.Background()) })
	if _, err := k.Launch(g.context(), order1(parse(g.t, twoByTwo))); err != nil {
		g.t.Fatal(err)
	}
	return k, own
}

// ownUntil says that the root is its coordinator's until another took it.
func ownUntil(taken <-chan struct{}) func(context.Context) error {
	return func(context.Context) error {
		select {
		case <-taken:
			return lease.ErrLost
		default:
			return nil
		}
	}
}

// TestAnotherTookTheRoot lets a coordinator lose the root while it writes no lines, be
// it that its machine stood still or that its storage did.
func TestAnotherTookTheRoot(t *testing.T) {
	g := newRig(t)
	taken := make(chan struct{})
	k, own := g.owning(ownUntil(taken))
	g.hand(g.next("two"))
	g.until(k, func() bool { return len(g.lines("two")) == 1 })
	j := g.next("two")
	close(taken)
	own.lapse()
	g.hand(j)
	if err := k.Failed(g.context()); !errors.Is(err, lease.ErrLost) {
		t.Errorf("it goes on: %v", err)
	}
	if err := k.Stop(g.context()); !errors.Is(err, lease.ErrLost) {
		t.Errorf("stopped: %v", err)
	}
	if written, err := events.Read(g.root, events.Query{}); err != nil || !g.has(k, events.CoordinatorLostOwnership) ||
		slices.ContainsFunc(written, func(e events.Event) bool { return e.Kind == events.CoordinatorLostOwnership }) {
		t.Errorf("another's log has %+v: %v", written, err)
	}
	if n := len(g.lines("two")); n != 1 {
		t.Errorf("%d lines", n)
	}
	if n := len(g.files("two")); n != 1 {
		t.Errorf("%d results were placed", n)
	}
	if s := g.finish(g.serve(), "two"); s.Done != 4 || len(g.lines("two")) != 4 || g.executed() != 4 {
		t.Errorf("the next one: %+v", s)
	}
}

// TestNobodyTellsWhoseTheRootIs stops a coordinator that waits for the answer.
func TestNobodyTellsWhoseTheRootIs(t *testing.T) {
	g := newRig(t)
	ended, cancel := context.WithCancel(g.context())
	cancel()
	k, asked := g.unanswered(0, nil)
	<-asked
	k.AbortOnDone(ended)
	(earlier{k.launcher}).WriteLines() // as requests do that are answered before Stop
	if err := k.Stop(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	if n := len(g.lines("two")); n != 0 {
		t.Errorf("%d lines", n)
	}
	k = g.serve()
	if s := told[control.Snapshot](g, control.VerbSnapshot, control.Nothing{}).Sweeps[0]; s.Done+s.Pending != 4 {
		t.Errorf("the next one: %+v", s)
	}
	if s := g.finish(k, "two"); s.Done != 4 || g.executed() != 4 {
		t.Errorf("the next one: %+v", s)
	}
}

// unanswered starts a coordinator that got so many results of four and doesn't find out
// any more whether the root is its own, which it is asking for the sake of one more, until
// it is answered.
func (g *testCluster) unanswered(placed int, answered chan struct{}) (k *Coordinator, asked chan struct{}) {
	g.t.Helper()
	silent, asked := make(chan struct{}), make(chan struct{}, 1)
	k, own := g.owning(func(ctx context.Context) error {
		select {
		case <-silent:
		default:
			return nil
		}
		select {
		case asked <- struct{}{}:
		default:
		}
		select {
		case <-answered:
			return ctx.Err()
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	for n := range placed {
		g.hand(g.next("two"))
		g.until(k, func() bool { return len(g.lines("two")) == n+1 })
	}
	j := g.next("two")
	close(silent)
	own.lapse()
	g.hand(j)
	return k, asked
}

// TestLastResultWaitsForTheNextCoordinator stops a coordinator that has a sweep's last
// result and may not write it down: the sweep isn't finished for the next one.
func TestLastResultWaitsForTheNextCoordinator(t *testing.T) {
	g := newRig(t)
	ended, cancel := context.WithCancel(g.context())
	cancel()
	k, asked := g.unanswered(3, nil)
	<-asked
	if err := k.Stop(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	k = g.serve()
	if s := g.finish(k, "two"); s.Done != 4 || len(g.lines("two")) != 4 || g.executed() != 4 {
		t.Errorf("the next one: %+v, %d lines", s, len(g.lines("two")))
	}
}

// TestStopWaitsForTheAnswer stops a coordinator that is told in time that the root is its
// own.
func TestStopWaitsForTheAnswer(t *testing.T) {
	g := newRig(t)
	answered := make(chan struct{})
	k, asked := g.unanswered(0, answered)
	<-asked
	stopped := make(chan error, 1)
	go func() { stopped <- k.Stop(g.context()) }()
	<-k.quit
	k.keep.Wait() // the loops that quit ends
	close(answered)
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if n := len(g.lines("two")); n != 1 {
		t.Errorf("%d lines", n)
	}
}

// TestWhoLostTheRootTellsTheQueueNothing cancels a sweep with a coordinator that doesn't
// know yet that the root is another's.
func TestWhoLostTheRootTellsTheQueueNothing(t *testing.T) {
	g := newRig(t)
	taken := make(chan struct{})
	g.worker()
	k, own := g.owning(ownUntil(taken))
	g.poll("orders", func() bool { return len(g.orders()) == 4 })
	close(taken)
	own.lapse()
	if _, err := k.Cancel(g.context(), []string{"two"}); !errors.Is(err, lease.ErrLost) {
		t.Errorf("cancelled: %v", err)
	}
	if n := len(g.orders()); n != 4 {
		t.Errorf("%d tasks are queued", n)
	}
}

// TestWhoLostTheRootChangesNoFile asks such a coordinator for all that it would write, or
// remove, beside lines.
func TestWhoLostTheRootChangesNoFile(t *testing.T) {
	for name, ask := range map[string]func(*testCluster, *Coordinator) error{
		"cancel": func(g *testCluster, k *Coordinator) error {
			_, err := k.Cancel(g.context(), []string{"two"})
			return err
		},
		"pause":  func(g *testCluster, k *Coordinator) error { _, err := k.Pause(g.context(), nil); return err },
		"clean":  func(_ *testCluster, k *Coordinator) error { _, err := k.Clean(control.Clean{Sweep: "two"}); return err },
		"verify": func(g *testCluster, k *Coordinator) error { _, err := k.Verify(g.context(), nil); return err },
		"launch": func(g *testCluster, k *Coordinator) error {
			_, err := k.Launch(g.context(), order1(parse(g.t, strings.Replace(twoByTwo, "[1, 2]", "[1, 2, 3]", 1))))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := newRig(t)
			taken := make(chan struct{})
			k, own := g.owning(ownUntil(taken))
			if name == "verify" {
				write(t, g.root.Manifest("two"), "damaged\n")
			}
			if err := os.MkdirAll(g.path("two", "superseded"), 0o777); err != nil {
				t.Fatal(err)
			}
			write(t, g.path("two", "superseded/old.h5"), "of no more use")
			before := g.all()
			close(taken)
			own.lapse()
			if err := ask(g, k); !errors.Is(err, lease.ErrLost) {
				t.Errorf("it says %v", err)
			}
			if after := g.all(); !maps.Equal(after, before) {
				t.Errorf("there was\n%v\nand is\n%v", before, after)
			}
		})
	}
}

// all is what the files under the root say.
func (g *testCluster) all() map[string]string {
	g.t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(g.root.Path(), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		out[path] = string(text)
		return err
	})
	if err != nil {
		g.t.Fatal(err)
	}
	return out
}

// TestARecordOfAnEarlierOwner has the record of an owner arrive that was cut off: it doesn't last, and what is newer does.
func TestARecordOfAnEarlierOwner(t *testing.T) {
	g := newRig(t)
	k, _ := g.owning(func(context.Context) error { return nil })
	if _, err := k.Pause(g.context(), []string{"two"}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		epoch uint64
		want  control.Status
	}{{6, control.Paused}, {7, control.Open}, {8, control.Open}} {
		record, err := records.Read(g.root, "two")
		if err != nil {
			t.Fatal(err)
		}
		record.Status, record.Epoch = control.Open, c.epoch
		if err := records.Write(g.root, "two", record); err != nil {
			t.Fatal(err)
		}
		k.recorder.replaceOld(k.faults.Has)
		if record, err = records.Read(g.root, "two"); err != nil || record.Status != c.want || record.Epoch < 7 {
			t.Errorf("after one of epoch %d: %+v, %v", c.epoch, record, err)
		}
	}
}

// TestManifestsAreFenced gives the manifests of sweeps that are not finished new inodes, and no others.
func TestManifestsAreFenced(t *testing.T) {
	g := newRig(t)
	k, _ := g.owning(func(context.Context) error { return nil })
	g.hand(g.next("two"))
	g.until(k, func() bool { return len(g.lines("two")) == 1 })
	if err := k.Stop(g.context()); err != nil {
		t.Fatal(err)
	}
	for _, status := range []control.Status{control.Open, control.Cancelled, control.Finished} {
		record, err := records.Read(g.root, "two")
		if err != nil {
			t.Fatal(err)
		}
		record.Status = status
		before, err := os.Stat(g.root.Manifest("two"))
		if err := errors.Join(err, records.Write(g.root, "two", record), ledger.Fence(g.root, func() error { return nil })); err != nil {
			t.Fatal(err)
		}
		after, err := os.Stat(g.root.Manifest("two"))
		if err != nil || os.SameFile(before, after) != (status == control.Finished) || before.Size() != after.Size() {
			t.Errorf("%s: a new inode is %v: %v", status, !os.SameFile(before, after), err)
		}
	}
	if err := ledger.Fence(g.root, func() error { return lease.ErrLost }); err != nil {
		t.Errorf("nothing is to be fenced: %v", err)
	}
}
