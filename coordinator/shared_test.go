package coordinator

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"eisweep/internal/control"
	"eisweep/internal/results"
)

// TestEqualRequestsAreCarriedOutOnce, and dropped when the last who waits is gone.
func TestEqualRequestsAreCarriedOutOnce(t *testing.T) {
	s := newShared[int](1)
	begun, ended := make(chan int64, 10), make(chan error, 10)
	var calls atomic.Int64
	work := func(ctx context.Context) (int, error) {
		begun <- calls.Add(1)
		<-ctx.Done()
		ended <- ctx.Err()
		return 0, ctx.Err()
	}
	ask := func() (leave context.CancelFunc, left chan error) {
		ctx, leave := context.WithCancel(t.Context())
		joined := s.join(ctx, "key", work)
		left = make(chan error, 1)
		go func() {
			_, err := s.wait(ctx, "key", joined)
			left <- err
		}()
		return leave, left
	}
	leaveFirst, first := ask()
	leaveSecond, second := ask()
	receive(t, begun)
	leaveFirst()
	receive(t, first)
	if len(ended) > 0 {
		t.Error("it ended when the first had gone")
	}
	leaveSecond()
	receive(t, second)
	receive(t, ended)
	if calls.Load() != 1 {
		t.Errorf("it was done %d times", calls.Load())
	}
	leaveThird, third := ask() // what was dropped is not joined
	if n := receive(t, begun); n != 2 {
		t.Errorf("begun is number %d", n)
	}
	leaveThird()
	receive(t, third)
}

func receive[T any](t *testing.T, from <-chan T) (got T) {
	t.Helper()
	select {
	case got = <-from:
	case <-time.After(time.Minute):
		t.Fatal("nothing happened")
	}
	return got
}

// asleep is a prober that wakes when nobody wants its answer any more.
type asleep struct{ begun chan struct{} }

func (a asleep) sleep(ctx context.Context) (results.Contents, error) {
	a.begun <- struct{}{}
	<-ctx.Done()
	return results.Contents{}, ctx.Err()
}

func (a asleep) Probe(ctx context.Context, _ string) (results.Contents, error)  { return a.sleep(ctx) }
func (a asleep) Digest(ctx context.Context, _ string) (results.Contents, error) { return a.sleep(ctx) }
func (a asleep) Check(ctx context.Context, files []results.ExpectedFile) []results.CheckResult {
	_, err := a.sleep(ctx)
	return slices.Repeat([]results.CheckResult{{Err: err}}, len(files))
}

func (a asleep) Ask(ctx context.Context, _ results.Query, _ string, _ []string, _ func(int, results.Answer) error) error {
	_, err := a.sleep(ctx)
	return err
}

// TestVerifyEndsWithWhoAskedForIt: no more files are looked at then.
func TestVerifyEndsWithWhoAskedForIt(t *testing.T) {
	g := newRig(t)
	g.run(order1(parse(t, twoByTwo)))
	for _, file := range []string{"a.h5", "b.h5", "c.h5"} {
		if err := os.WriteFile(g.path("two", file), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	prober := asleep{begun: make(chan struct{}, 10)}
	g.prober = prober
	g.serve()
	ctx, goAway := context.WithCancel(g.context())
	gone := make(chan error, 1)
	go func() {
		_, err := control.Ask[control.Verified](ctx, g.asker, control.VerbVerify, control.Steer{Sweeps: []string{"two"}})
		gone <- err
	}()
	receive(t, prober.begun)
	goAway()
	if err := receive(t, gone); !errors.Is(err, context.Canceled) {
		t.Errorf("the one who asked is told %v", err)
	}
	g.end() // waits for what is being answered
	if more := len(prober.begun); more > 0 {
		t.Errorf("%d files more were looked at", more)
	}
}

// TestWithdrawnLaunchOrdersNothing: the client is gone before its turn comes.
func TestWithdrawnLaunchOrdersNothing(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	ctx, cancel := context.WithCancel(g.context())
	cancel()
	if _, err := k.serveLaunch(ctx, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}}); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	if s := k.Snapshot(); len(s.Sweeps) > 0 {
		t.Errorf("it launched %+v", s.Sweeps)
	}
}

// TestHostileLaunchIsRefused, and the coordinator answers the next one.
func TestHostileLaunchIsRefused(t *testing.T) {
	g := newRig(t)
	g.serve()
	for _, text := range []string{"a=" + strings.Repeat("[", 3_000_000), strings.Repeat("a.", 20_000) + "a=1",
		"seeds = [" + strings.Repeat("1,", 3_000_000) + "]"} {
		_, err := ask[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Dry: true, Sweeps: []control.SweepFile{file(text)}})
		if refusal := (*control.Refusal)(nil); !errors.As(err, &refusal) || refusal.Kind != control.Input || len(refusal.Text) > 1000 {
			t.Errorf("error is %.300v", err)
		}
	}
	if p := told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Dry: true,
		Sweeps: []control.SweepFile{file(twoByTwo)}}); p.Sweeps[0].New != 4 {
		t.Errorf("then it plans %+v", p)
	}
}

// TestRequestsOfOtherNamesAreOthers although one name of the first looks like two of the second.
func TestRequestsOfOtherNamesAreOthers(t *testing.T) {
	if one, two := keyOf([]string{"a b"}), keyOf([]string{"a", "b"}); one == two {
		t.Errorf("both have the key %s", one)
	}
}
