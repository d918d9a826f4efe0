package hooks

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/control"
	"eisweep/internal/events"
	"eisweep/internal/problems"
	"eisweep/internal/root"
)

// stuck is a core whose storage does not answer: whoever asks to write waits until release is closed.
type stuck struct {
	sync.Mutex
	asked, release chan struct{}
}

func (s *stuck) Machine() *lifecycle.Machine { return nil }

func (s *stuck) OwnsRoot() bool {
	close(s.asked)
	<-s.release
	return false
}

// keeper is a keeper of a root in which a webhook to example.org has failed once.
func keeper(t *testing.T, core Core) *Keeper {
	t.Helper()
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	d := &delivery{ID: "x", Notice: Notice{Event: SweepFinished, Sweep: "a"}, Attempts: 1,
		Webhook: &control.Webhook{URL: "https://example.org/hook", Secret: "0123456789abcdef0123456789abcdef"}}
	d.fail(errors.New("the receiver is down"), time.Now())
	if err := (&file{Format: 1, Sweep: "a", Deliveries: []*delivery{d}}).write(r); err != nil {
		t.Fatal(err)
	}
	return New(Config{Core: core, Root: r, Log: slog.New(slog.DiscardHandler), Record: func(events.Event) {},
		Allowed: Allowed{Webhooks: true}})
}

// TestProblemsDoNotWaitForStorage lists them while a write of the keeper hangs: that is when they are wanted.
func TestProblemsDoNotWaitForStorage(t *testing.T) {
	core := &stuck{asked: make(chan struct{}), release: make(chan struct{})}
	k := keeper(t, core)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		k.fire("a", &Notice{Sweep: "a"}, true)
	}()
	<-core.asked
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	found := make(chan int, 1)
	go func() { found <- len(k.Problems()) }()
	select {
	case n := <-found:
		if n != 1 {
			t.Errorf("%d problems, want 1", n)
		}
	case <-ctx.Done():
		t.Error("Problems waits for a write")
	}
	close(core.release)
	<-ended
}

// TestOnlyTheOwnerReadsHooks: they have secrets. The root is shared with a group.
func TestOnlyTheOwnerReadsHooks(t *testing.T) {
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	k := New(Config{Root: r, Log: slog.New(slog.DiscardHandler), Allowed: Allowed{Commands: true}})
	if err := k.Arm("a", &control.Hooks{OnFinish: "true"}, 0); err != nil {
		t.Fatal(err)
	}
	if err := r.ShareWith(os.Getgid(), true); err != nil {
		t.Fatal(err)
	}
	if _, err := run(t.Context(), r, nil, &delivery{Notice: Notice{Event: SweepFinished, Sweep: "a"}, Command: "true"}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{
		r.Private(directory): 0o700 | os.ModeDir, pathOf(r, "a"): 0o600, logOf(r, "a", SweepFinished): 0o600,
	} {
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("%s has mode %v, want %v (%v)", path, info.Mode(), want, err)
		}
	}
}

// TestHooksThatCannotBeReadAreProblems lists them, with a keeper and without, until the sweep is launched again or removed.
func TestHooksThatCannotBeReadAreProblems(t *testing.T) {
	r := keeper(t, nil).config.Root
	for _, sweep := range []string{"b", "c"} {
		if err := os.WriteFile(pathOf(r, sweep), []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	k := New(Config{Root: r, Log: slog.New(slog.DiscardHandler), Allowed: Allowed{Webhooks: true}})
	unreadable := func(list []problems.Problem) (names []string) {
		for _, p := range list {
			if strings.Contains(p.Text, "cannot be read") && p.Remedy != "" {
				names = append(names, p.Subject)
			}
		}
		slices.Sort(names)
		return names
	}
	both := []string{"b", "c"}
	if with, without := unreadable(k.Problems()), unreadable(LeftBehind(r)); !slices.Equal(with, both) || !slices.Equal(without, both) {
		t.Errorf("problems of %q with a keeper, %q without one", with, without)
	}
	if err := errors.Join(k.Arm("b", nil, 0), k.Forget("c")); err != nil {
		t.Fatal(err)
	}
	if with, without := unreadable(k.Problems()), unreadable(LeftBehind(r)); len(with)+len(without) > 0 {
		t.Errorf("then problems of %q with a keeper, %q without one", with, without)
	}
}

// TestForgottenSweepsLeaveNothing: neither the secrets of its webhooks, nor what its commands have written.
func TestForgottenSweepsLeaveNothing(t *testing.T) {
	k := keeper(t, nil)
	if err := os.WriteFile(logOf(k.config.Root, "a", SweepFinished), []byte("output"), 0o600); err != nil {
		t.Fatal(err)
	}
	if n, found := Undelivered(k.config.Root, "a"), k.Undelivered("a"); n != 1 || found != 1 {
		t.Errorf("%d hooks are not delivered, and %d for the keeper, want 1", n, found)
	}
	if err := k.Forget("a"); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(k.config.Root.Private(directory))
	if err != nil || len(left) != 0 || k.Undelivered("a") != 0 || len(k.Problems()) != 0 {
		t.Errorf("%v is left, with problems %+v; %v", left, k.Problems(), err)
	}
}
