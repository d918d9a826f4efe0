package queue

import (
	"context"
	"errors"
	"testing"
	"time"

	"eisweep/internal/natsconn"
)

func lease(t testing.TB, q *Queue, command string) *Lease {
	t.Helper()
	l, err := q.Lease(deadline(t), Holder{Host: "h", PID: 7, Command: command})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func shortLease(o *Options) { o.LeaseTime = 2 * time.Second }

func TestLeaseHasOneHolder(t *testing.T) {
	s := startServer(t, t.TempDir())
	first, second := open(t, s), open(t, s)
	l := lease(t, first, "eisweep coordinator")
	if err := l.Check(deadline(t)); err != nil {
		t.Error(err)
	}
	var held *HeldError
	if _, err := second.Lease(deadline(t), Holder{}); !errors.As(err, &held) || held.Holder.Command != "eisweep coordinator" {
		t.Errorf("error %v", err)
	}
	for range 2 {
		if err := l.Release(deadline(t)); err != nil {
			t.Error(err)
		}
	}
	if err := l.Check(deadline(t)); !errors.Is(err, ErrDeposed) {
		t.Errorf("a released lease: %v", err)
	}
	lease(t, second, "next")
}

func TestSilentHolderLosesItsLease(t *testing.T) {
	s := startServer(t, t.TempDir())
	q := open(t, s, shortLease)
	l := lease(t, q, "dead")
	q.Close()
	select {
	case <-l.Lost():
	default:
		t.Error("a lease outlives its connection")
	}
	if err := l.Release(deadline(t)); err != nil {
		t.Error(err)
	}
	lease(t, open(t, s, shortLease), "next")
}

// A holder that was away finds that another has taken over, or that nobody has.
func TestHolderFindsWhatHappenedMeanwhile(t *testing.T) {
	for name, taken := range map[string]bool{"taken over": true, "run out": false} {
		t.Run(name, func(t *testing.T) {
			s := startServer(t, t.TempDir())
			q := open(t, s, shortLease)
			l := lease(t, q, "away")
			l.renewing <- struct{}{} // it doesn't renew
			waitGone(t, l)
			if taken {
				lease(t, open(t, s, shortLease), "usurper")
			}
			<-l.renewing
			err := l.Check(deadline(t))
			if errors.Is(err, ErrDeposed) != taken || err != nil != taken {
				t.Errorf("error %v", err)
			}
			var held *HeldError
			if taken && (!errors.As(err, &held) || held.Holder.Command != "usurper") {
				t.Errorf("who has it: %v", err)
			}
			select {
			case <-l.Lost():
				if !taken {
					t.Error("lost")
				}
			default:
				if taken {
					t.Error("not lost")
				}
			}
		})
	}
}

// waitGone waits until the server has dropped the lease.
func waitGone(t testing.TB, l *Lease) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for ctx := deadline(t); ; {
		if _, err := l.kv.Get(ctx, leaseKey); err != nil {
			if ctx.Err() != nil {
				t.Fatal(err)
			}
			return
		}
		<-tick.C
	}
}

// Who held it while nobody could see is found out by the revisions.
func TestHolderFindsWhoHeldItInBetween(t *testing.T) {
	s := startServer(t, t.TempDir())
	q := open(t, s, shortLease)
	l := lease(t, q, "away")
	l.renewing <- struct{}{}
	waitGone(t, l)
	other := lease(t, open(t, s, shortLease), "other")
	if err := other.Release(deadline(t)); err != nil {
		t.Fatal(err)
	}
	waitGone(t, other)
	<-l.renewing
	if err := l.Check(deadline(t)); !errors.Is(err, ErrDeposed) {
		t.Errorf("error %v", err)
	}
	if err := l.Check(context.Background()); !errors.Is(err, ErrDeposed) {
		t.Errorf("it doesn't stay lost: %v", err)
	}
}

// A renewal that nobody answers doesn't hold up the release.
func TestLeaseIsReleasedWhileNobodyAnswers(t *testing.T) {
	s := startServer(t, t.TempDir())
	l := lease(t, open(t, s), "here")
	s.Stop()
	renewed := make(chan error, 1)
	go func() { renewed <- l.Check(context.Background()) }()
	until(t, "the renewal is under way", func() bool { return len(l.renewing) == 1 })
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	released := make(chan error, 1)
	go func() { released <- l.Release(ctx) }()
	if err := receive(t, released); err == nil {
		t.Error("it tells of no failure")
	}
	if err := receive(t, renewed); err == nil {
		t.Error("the renewal tells of no failure")
	}
}

// Who asks while a renewal waits for an answer doesn't wait longer than he wants to.
func TestCheckEndsWhileNobodyAnswersARenewal(t *testing.T) {
	s := startServer(t, t.TempDir())
	l := lease(t, open(t, s), "here")
	s.Stop()
	go func() { _ = l.Check(l.lost) }()
	until(t, "the renewal is under way", func() bool { return len(l.renewing) == 1 })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	checked := make(chan error, 1)
	go func() { checked <- l.Check(ctx) }()
	if err := receive(t, checked); !errors.Is(err, natsconn.ErrUnreachable) {
		t.Errorf("error %v", err)
	}
}
