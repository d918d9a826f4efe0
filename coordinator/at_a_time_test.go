package coordinator

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"eisweep/internal/control"
	"eisweep/internal/results"
)

// No more launches are planned, and no more verifies run, at a time than the page on security says; others wait.
func TestSoManyAreCarriedOutAtATime(t *testing.T) {
	page, err := os.ReadFile("../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	const said = "at most two launches are planned and two verifies run at a time"
	if launchesAtATime != 2 || verifiesAtATime != 2 || !strings.Contains(string(page), said) {
		t.Errorf("%d launches and %d verifies; the page has other numbers", launchesAtATime, verifiesAtATime)
	}
	verifying := newShared[control.Plan](verifiesAtATime)
	for name, do := range map[string]func(launchHandler) launchHandler{
		"launches": limitLaunches,
		"verifies": func(f launchHandler) launchHandler {
			return func(ctx context.Context, r control.LaunchRequest) (control.Plan, error) {
				return verifying.do(ctx, fmt.Sprint(r.Priority), func(ctx context.Context) (control.Plan, error) { return f(ctx, r) })
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			const others = 20
			begun, let, ended := make(chan bool, others), make(chan bool), make(chan error, others)
			var calls atomic.Int32
			carryOut := do(func(context.Context, control.LaunchRequest) (control.Plan, error) {
				calls.Add(1)
				begun <- true
				<-let
				return control.Plan{}, nil
			})
			ask := func(ctx context.Context, n int) {
				_, err := carryOut(ctx, control.LaunchRequest{Priority: n})
				ended <- err
			}
			for n := range 2 {
				go ask(t.Context(), n)
				receive(t, begun)
			}
			ctx, leave := context.WithCancel(t.Context())
			for n := range others {
				go ask(ctx, 2+n)
			}
			leave()
			for range others {
				if err := receive(t, ended); !errors.Is(err, context.Canceled) {
					t.Errorf("one that waits ends by %v", err)
				}
			}
			close(let)
			for range 2 {
				if err := receive(t, ended); err != nil {
					t.Error(err)
				}
			}
			if n := calls.Load(); n != 2 {
				t.Errorf("%d were carried out", n)
			}
		})
	}
}

// leaving is a prober that is at work for the second time when a launch has begun to take effect: it copies
// a file.
type leaving struct {
	inspector
	calls atomic.Int32
	leave func()
}

func (l *leaving) Probe(ctx context.Context, path string) (results.Contents, error) {
	if l.calls.Add(1) == 2 {
		l.leave()
	}
	return l.inspector.Probe(ctx, path)
}

// A launch that has begun to take effect is completed, though nobody waits for it any more.
func TestALaunchThatHasBegunIsCompleted(t *testing.T) {
	g := newRig(t)
	outside, _ := withOutsideFile(t, g)
	if err := os.RemoveAll(g.root.Private("inputs")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(g.root.Private("inputs"), 0o700); err != nil {
		t.Fatal(err)
	}
	ctx, goAway := context.WithCancel(g.context())
	gone, prober := make(chan error, 1), &leaving{}
	prober.leave = func() {
		goAway()
		if err := receive(t, gone); !errors.Is(err, context.Canceled) {
			t.Errorf("whoever asked is told %v", err)
		}
	}
	g.prober = prober
	k := g.serve()
	from := "initial_state = { file = '" + outside + "', take = [\"wie\"] }\n[parameters]"
	text := strings.NewReplacer(`"two"`, `"later"`, "[parameters]", from, "[1, 2]", "[5, 6]").Replace(twoByTwo)
	go func() {
		_, err := control.Ask[control.Plan](ctx, g.asker, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(text)}})
		gone <- err
	}()
	g.until(k, func() bool { return k.statusOf("later") != "" })
	if s := g.finish(k, "later"); s.Done != 4 {
		t.Errorf("%+v", s)
	}
}
