package natsconn

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/natstest"
)

func TestLatencyIsWatched(t *testing.T) {
	begun := time.Now()
	at := func(seconds int) time.Time { return begun.Add(time.Duration(seconds) * time.Second) }
	var w latencyWatch
	silent := func(when, want int) {
		t.Helper()
		if got := w.silence(at(when)); got != time.Duration(want)*time.Second {
			t.Errorf("after %d s NATS is silent for %v, want %d s", when, got, want)
		}
	}
	silent(100, 0)
	first := w.ask(at(100))
	silent(104, 0) // not for long
	second := w.ask(at(110))
	silent(112, 12)
	w.answered(at(113))
	silent(114, 0)
	silent(120, 7) // since the last answer
	first()
	silent(125, 12)
	second()
	silent(140, 0) // nothing was asked
	w.connected(at(150), false)
	w.connected(at(155), false)
	silent(160, 10)
	w.answered(at(161)) // of another kind: there is no connection
	silent(162, 12)
	w.connected(at(163), true)
	silent(164, 0)
}

func TestUnresponsiveWhileTheServerIsAway(t *testing.T) {
	s := natstest.StartEmbedded(t, t.TempDir())
	c := connect(t, s)
	if d := c.UnresponsiveFor(); d != 0 {
		t.Errorf("%v before", d)
	}
	s.Stop()
	natstest.Until(t, "the loss of the connection is told", func() bool { return c.latency.silence(time.Now().Add(unresponsiveAfter)) > 0 })
}

func TestARefusalIsAnAnswer(t *testing.T) {
	c := connect(t, natstest.StartEmbedded(t, t.TempDir()))
	before := time.Now()
	err := c.Retry(natstest.Deadline(t), func(context.Context) error { return jetstream.ErrMsgNotFound })
	if !errors.Is(err, jetstream.ErrMsgNotFound) {
		t.Fatal(err)
	}
	c.latency.mu.Lock()
	defer c.latency.mu.Unlock()
	if c.latency.last.Before(before) {
		t.Error("it is still waited for")
	}
}
