package listener

import (
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start listens, and returns what dials it. A connection that hangs fails the test.
func start(t *testing.T, limits Limits) (l *Listener, dial func() net.Conn) {
	t.Helper()
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l = New(tcp, limits)
	t.Cleanup(func() { l.Close() })
	return l, func() net.Conn {
		c, err := net.Dial("tcp", l.Addr().String())
		if err == nil {
			err = c.SetDeadline(time.Now().Add(time.Minute))
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
}

// TestTheOldestSilentConnectionIsClosed: the others are accepted once they send something, in whatever order.
func TestTheOldestSilentConnectionIsClosed(t *testing.T) {
	l, dial := start(t, Limits{Connections: 3, Silent: 2, Begin: time.Hour})
	oldest, second, third := dial(), dial(), dial()
	if _, err := oldest.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the oldest of three silent connections: %v", err)
	}
	for text, from := range map[string]net.Conn{"abc": third, "xyz": second} {
		if _, err := io.WriteString(from, text); err != nil {
			t.Fatal(err)
		}
		accepted, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, 3)
		if _, err := io.ReadFull(accepted, got); err != nil || string(got) != text || accepted.(*Conn).First != text[0] {
			t.Errorf("read %q, want %q; %v", got, text, err)
		}
		accepted.Close()
	}
}

// TestSilentConnectionsAreClosedInTime, although there are few.
func TestSilentConnectionsAreClosedInTime(t *testing.T) {
	_, dial := start(t, Limits{Connections: 3, Silent: 2, Begin: time.Millisecond})
	if _, err := dial().Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}

// TestAClosedListenerAcceptsNothing, and closes what was silent in time.
func TestAClosedListenerAcceptsNothing(t *testing.T) {
	l, _ := start(t, Limits{Connections: 3, Silent: 2, Begin: time.Hour})
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}
