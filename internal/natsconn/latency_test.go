package natsconn

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

func TestAnswersAreOwed(t *testing.T) {
	begun := time.Now()
	at := func(seconds int) time.Time { return begun.Add(time.Duration(seconds) * time.Second) }
	var a answers
	owes := func(when, want int) {
		t.Helper()
		if got := a.owed(at(when)); got != time.Duration(want)*time.Second {
			t.Errorf("after %d s %v are owed, want %d s", when, got, want)
		}
	}
	owes(100, 0)
	first := a.ask(at(100))
	owes(104, 0) // not yet worth telling
	second := a.ask(at(110))
	owes(112, 12)
	a.came(at(113))
	owes(114, 0)
	owes(120, 7) // since the last answer
	first()
	owes(125, 12)
	second()
	owes(140, 0) // nothing was asked
	a.connected(at(150), false)
	a.connected(at(155), false)
	owes(160, 10)
	a.came(at(161)) // of another kind: there is no connection
	owes(162, 12)
	a.connected(at(163), true)
	owes(164, 0)
}

func TestUnansweredWhileTheServerIsAway(t *testing.T) {
	s := startServer(t)
	c := connect(t, s)
	if d := c.Unanswered(); d != 0 {
		t.Errorf("%v before", d)
	}
	s.Stop()
	until(t, "the loss of the connection is told", func() bool { return c.answers.owed(time.Now().Add(patience)) > 0 })
}

func TestARefusalIsAnAnswer(t *testing.T) {
	c := connect(t, startServer(t))
	before := time.Now()
	if err := c.Retry(deadline(t), func(context.Context) error { return jetstream.ErrMsgNotFound }); !errors.Is(err, jetstream.ErrMsgNotFound) {
		t.Fatal(err)
	}
	c.answers.mu.Lock()
	defer c.answers.mu.Unlock()
	if c.answers.last.Before(before) {
		t.Error("it is still waited for")
	}
}
