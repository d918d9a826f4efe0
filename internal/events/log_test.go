package events

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"eisweep/internal/disktest"
	"eisweep/internal/protocol"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

func openRoot(t *testing.T, dir string) *root.Root {
	t.Helper()
	r, err := root.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func openLog(t *testing.T, r *root.Root, change ...func(*Config)) *Log {
	t.Helper()
	c := Config{Root: r, MayWrite: func() bool { return true }, Log: slog.New(slog.DiscardHandler)}
	for _, f := range change {
		f(&c)
	}
	l := Open(c)
	t.Cleanup(func() { l.Close(context.Background()) })
	return l
}

func readAll(t *testing.T, r *root.Root, q Query) []Event {
	t.Helper()
	out, err := Read(r, q)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// await reads until the condition holds.
func await(t *testing.T, r *root.Root, what string, holds func([]Event) bool) []Event {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	timeout := time.After(20 * time.Second)
	for {
		list := readAll(t, r, Query{})
		if holds(list) {
			return list
		}
		select {
		case <-tick.C:
		case <-timeout:
			t.Fatalf("no %s in %+v", what, list)
		}
	}
}

func kindsOf(list []Event) (out []Kind) {
	for _, e := range list {
		out = append(out, e.Kind)
	}
	return out
}

// TestTheLogSurvivesRestarts has an owner that ends, one that is killed, whose last line is cut, and one after it.
func TestTheLogSurvivesRestarts(t *testing.T) {
	r := openRoot(t, t.TempDir())
	first := openLog(t, r)
	first.Add(Event{Kind: SweepLaunched, Sweep: "a"})
	first.Add(Event{Kind: WorkerJoined, Worker: "w1"})
	first.Add(Event{Kind: WorkerJoined, Worker: "w2"})
	first.Add(Event{Kind: WorkerLeft, Worker: "w2"})
	first.Add(Event{Kind: CoordinatorStopped})
	first.Close(t.Context())
	second := openLog(t, r)
	if w := second.Workers(); len(w) != 1 || w["w1"].Kind != WorkerJoined {
		t.Errorf("workers %v, want w1, which is not silent", w)
	}
	second.Add(Event{Kind: WorkerSilent, Worker: "w1"})
	second.Close(t.Context())
	f, err := os.OpenFile(r.Private("events.jsonl"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"seq":7,"kind":"sweep_pau`); err != nil {
		t.Fatal(err)
	}
	third := openLog(t, r, func(c *Config) { c.Fence = true })
	if w := third.Workers(); w["w1"].Kind != WorkerSilent {
		t.Errorf("workers %v, want w1, which is silent", w)
	}
	if _, err := f.WriteString("sed\"}\n"); err != nil { // late, of the killed one
		t.Fatal(err)
	}
	third.Add(Event{Kind: SweepFinished, Sweep: "a"})
	third.Close(t.Context())
	list := readAll(t, r, Query{})
	want := []Kind{SweepLaunched, WorkerJoined, WorkerJoined, WorkerLeft, CoordinatorStopped, WorkerSilent, SweepFinished}
	if !slices.Equal(kindsOf(list), want) {
		t.Errorf("events %v, want %v", kindsOf(list), want)
	}
	for i := 1; i < len(list); i++ {
		if list[i].Seq <= list[i-1].Seq {
			t.Errorf("event %d has number %d after %d", i, list[i].Seq, list[i-1].Seq)
		}
	}
	if last := list[len(list)-1].Seq; last <= 6+1 {
		t.Errorf("number %d may have been given before the crash", last)
	}
}

// TestFollowersReadEachEventOnce follows the log over full files and a restart.
func TestFollowersReadEachEventOnce(t *testing.T) {
	r := openRoot(t, t.TempDir())
	follower := NewFollower(r, Query{About: "s"})
	var read []Event
	next := func() {
		t.Helper()
		list, err := follower.Next()
		if err != nil {
			t.Fatal(err)
		}
		read = append(read, list...)
	}
	const restarts, each = 4, 50
	for n := range restarts {
		l := openLog(t, r)
		l.file.max = 2000
		for i := range each {
			l.Add(Event{Kind: SweepPaused, Sweep: "s", Tasks: n*each + i})
			l.Add(Event{Kind: SweepPaused, Sweep: "other"})
			if i%10 == 9 {
				l.write(false)
				next()
			}
		}
		l.Close(t.Context())
		next()
	}
	for i, e := range read {
		if e.Tasks != i {
			t.Fatalf("event %d is number %d of those that were added", i, e.Tasks)
		}
	}
	if len(read) != restarts*each {
		t.Errorf("%d events were followed, want %d", len(read), restarts*each)
	}
	for _, name := range []string{"events.jsonl", "events.1.jsonl"} {
		if is, err := os.Stat(r.Private(name)); err != nil || is.Size() > 3000 {
			t.Errorf("%s: %v, %v", name, is, err)
		}
	}
	left := readAll(t, r, Query{About: "s"})
	if n := len(left); n == 0 || n >= restarts*each || left[n-1].Tasks != restarts*each-1 {
		t.Errorf("%d events are left", n)
	}
	for _, q := range []Query{{About: "s", Last: 3}, {About: "s", Last: 10000}, {About: "s", Last: 7, After: left[len(left)-5].Seq}} {
		all := readAll(t, r, Query{About: q.About, After: q.After})
		if want := all[max(0, len(all)-q.Last):]; !slices.EqualFunc(readAll(t, r, q), want, func(a, b Event) bool { return a.Seq == b.Seq }) {
			t.Errorf("%+v reads %+v, want %+v", q, readAll(t, r, q), want)
		}
	}
	if none := readAll(t, r, Query{Since: time.Now().Add(time.Hour)}); len(none) > 0 {
		t.Errorf("in an hour there will be %+v", none)
	}
}

// TestManyAttemptsAreCounted has far more attempts start than are listed. Failures among them are all listed.
func TestManyAttemptsAreCounted(t *testing.T) {
	r := openRoot(t, t.TempDir())
	l := openLog(t, r)
	const starts, failures = 20000, 300
	for n := range starts {
		l.Add(Event{Kind: AttemptStarted, Sweep: []string{"a", "b"}[n%2], Task: sweeps.ID{1}, Crowded: true})
	}
	for range failures {
		l.Add(Event{Kind: TaskFailed, Sweep: "a", Class: protocol.Numeric})
	}
	l.Add(Event{Kind: SweepFinished, Sweep: "a"})
	l.Add(Event{Kind: CoordinatorStopped})
	l.Close(t.Context())
	list := readAll(t, r, Query{})
	if n := len(list); list[n-1].Kind != CoordinatorStopped || list[n-2].Sweep != "b" || list[n-3].Kind != SweepFinished ||
		list[n-4].Count == 0 || list[n-4].Sweep != "a" {
		t.Errorf("the last events are %+v", list[n-4:])
	}
	counted, failed := 0, 0
	for _, e := range list[:len(list)-1] {
		switch {
		case e.Kind == SweepFinished:
		case e.Kind == TaskFailed:
			failed++
		case e.Count > 0:
			counted += e.Count
		default:
			counted++
		}
	}
	if failed != failures || counted != starts || len(list) > failures+2*crowdBurst {
		t.Errorf("%d events list %d failures and count %d starts", len(list), failed, counted)
	}
}

// TestAClockThatIsSetBackHidesNothing has few attempts, an hour before the one before.
func TestAClockThatIsSetBackHidesNothing(t *testing.T) {
	c := newCrowd()
	now := time.Now()
	for i, at := range []time.Time{now, now.Add(-time.Hour), now.Add(-time.Hour + time.Minute), now} {
		if !c.admit(&Event{Time: at, Kind: AttemptStarted, Sweep: "s", Crowded: true}) {
			t.Errorf("attempt %d is not listed", i+1)
		}
	}
	one := Event{Kind: AttemptStarted, Sweep: "s", Count: 1}
	if text := one.Text(); text != "1 more attempt of sweep s started" {
		t.Errorf("the text is %q", text)
	}
}

// TestNothingIsWrittenWithoutOwnership adds events while the process may not write, and then may again.
func TestNothingIsWrittenWithoutOwnership(t *testing.T) {
	r := openRoot(t, t.TempDir())
	var owned atomic.Bool
	l := openLog(t, r, func(c *Config) { c.MayWrite = owned.Load })
	l.Add(Event{Kind: SweepPaused, Sweep: "a"})
	if !l.write(false) {
		t.Error("nothing more is to be written")
	}
	if list := readAll(t, r, Query{}); len(list) > 0 {
		t.Errorf("another's log has %+v", list)
	}
	list, changed := l.After(0)
	if len(list) != 1 {
		t.Errorf("in memory are %+v", list)
	}
	owned.Store(true)
	l.Add(Event{Kind: SweepResumed, Sweep: "a"})
	<-changed
	if list, _ = l.After(list[0].Seq); len(list) != 1 || list[0].Kind != SweepResumed {
		t.Errorf("after the first came %+v", list)
	}
	await(t, r, "two events", func(list []Event) bool { return len(list) == 2 })
}

// TestAFullDiskDelaysEvents fills the disk: events are written once there is space.
func TestAFullDiskDelaysEvents(t *testing.T) {
	r := openRoot(t, disktest.Mount(t))
	l := openLog(t, r)
	l.Add(Event{Kind: SweepLaunched, Sweep: "a"})
	await(t, r, "event", func(list []Event) bool { return len(list) == 1 })
	filler := disktest.Fill(t, r.Path())
	for n := range 400 { // more than blocks are reserved for
		l.Add(Event{Kind: DiskLow, Free: int64(n + 1), Why: string(bytes.Repeat([]byte{'x'}, 400))})
	}
	if !l.write(false) {
		t.Error("400 events were written to a full disk")
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	list := await(t, r, "delayed events", func(list []Event) bool { return len(list) == 401 })
	for i, e := range list[1:] {
		if e.Free != int64(i+1) {
			t.Fatalf("event %d has %d", i, e.Free)
		}
	}
}

// TestEventsThatCannotBeWrittenAreBounded has storage away for long.
func TestEventsThatCannotBeWrittenAreBounded(t *testing.T) {
	r := openRoot(t, t.TempDir())
	var owned atomic.Bool
	l := openLog(t, r, func(c *Config) { c.MayWrite = owned.Load })
	const added = 3 * mostUnsent
	for range added {
		l.Add(Event{Kind: TaskFailed, Sweep: "a"})
	}
	owned.Store(true)
	list := await(t, r, "loss", func(list []Event) bool { return slices.Contains(kindsOf(list), EventsLost) })
	lost := list[len(list)-1].Count
	if written := len(list) - 1; written < mostUnsent || written > 2*mostUnsent || written+lost != added {
		t.Errorf("of %d events %d are written and %d lost", added, written, lost)
	}
}

// TestWhoMayUseTheRootMayReadItsEvents shares a root with a group while its log is written. Before, it is the owner's alone.
func TestWhoMayUseTheRootMayReadItsEvents(t *testing.T) {
	r := openRoot(t, t.TempDir())
	l := openLog(t, r)
	group := os.Getgid()
	if others, err := os.Getgroups(); err == nil && len(others) > 0 {
		group = others[len(others)-1]
	}
	if os.Geteuid() == 0 { // who may give files to any group
		group = 1
	}
	written := func(events int) (mode os.FileMode, group int) {
		t.Helper()
		l.Add(Event{Kind: SweepPaused, Sweep: "a"})
		await(t, r, "event", func(list []Event) bool { return len(list) == events })
		is, err := os.Stat(r.Private("events.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		return is.Mode().Perm(), int(is.Sys().(*syscall.Stat_t).Gid)
	}
	if mode, _ := written(1); mode != 0o600 {
		t.Errorf("unshared, the file has mode %o", mode)
	}
	if err := r.ShareWith(group, false); err != nil {
		t.Fatal(err)
	}
	if mode, of := written(2); mode != 0o640 || of != group {
		t.Errorf("shared with group %d, it has mode %o and group %d", group, mode, of)
	}
}

// TestAFullDiskIsRecorded: blocks for some events are reserved while there are any. Without that, a run that ends because of the disk
// would leave no event.
func TestAFullDiskIsRecorded(t *testing.T) {
	r := openRoot(t, disktest.Mount(t))
	l := openLog(t, r)
	disktest.Fill(t, r.Path())
	for range 100 {
		l.Add(Event{Kind: AttemptFailed, Sweep: "a", Error: "no space left on device"})
	}
	l.Add(Event{Kind: CoordinatorStopped})
	l.Close(t.Context())
	if list := readAll(t, r, Query{}); len(list) != 101 {
		t.Errorf("%d events are written", len(list))
	}
}

// TestSaveWaitsForTheWrite, and not for storage that takes none.
func TestSaveWaitsForTheWrite(t *testing.T) {
	r := openRoot(t, t.TempDir())
	var owned atomic.Bool
	l := openLog(t, r, func(c *Config) { c.MayWrite = owned.Load })
	l.Add(Event{Kind: SweepPaused, Sweep: "a"})
	l.Save(t.Context())
	if list := readAll(t, r, Query{}); len(list) > 0 {
		t.Errorf("another's log has %+v", list)
	}
	owned.Store(true)
	l.Save(t.Context())
	l.Add(Event{Kind: SweepResumed, Sweep: "a"})
	l.Save(t.Context())
	if got, want := kindsOf(readAll(t, r, Query{})), []Kind{SweepPaused, SweepResumed}; !slices.Equal(got, want) {
		t.Errorf("the log has %v, want %v", got, want)
	}
	l.Save(t.Context()) // nothing is left to write
}
