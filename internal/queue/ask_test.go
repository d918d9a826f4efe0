package queue

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
)

func TestAnswersOfAnySize(t *testing.T) {
	s := natstest.StartEmbedded(t, t.TempDir())
	coordinator, client := open(t, s), open(t, s, func(o *Options) { o.Role = protocol.Client; o.Create = false })
	if _, err := client.Ask(natstest.Deadline(t), "size", nil); !errors.Is(err, ErrNoCoordinator) {
		t.Errorf("nobody there: %v", err)
	}
	source := rand.NewChaCha8([32]byte{})
	text := make([]byte, 3*natsserver.MaxPayload)
	_, _ = source.Read(text) // never fails
	var size int
	stop, err := coordinator.Answer(func(context.Context, string, []byte) []byte { return text[:size] })
	if err != nil {
		t.Fatal(err)
	}
	for _, size = range []int{0, 1, natsserver.MaxPayload - 1<<10, natsserver.MaxPayload - 1<<10 + 1, natsserver.MaxPayload, len(text)} {
		got, err := client.Ask(natstest.Deadline(t), "size", nil)
		if err != nil || !bytes.Equal(got, text[:size]) {
			t.Errorf("of %d bytes %d came, %v", size, len(got), err)
		}
	}
	if _, err := client.Ask(natstest.Deadline(t), "size", text[:natsserver.MaxPayload+1]); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too large a request: %v", err)
	}
	stop()
	if _, err := client.Ask(natstest.Deadline(t), "size", nil); !errors.Is(err, ErrNoCoordinator) {
		t.Errorf("it has ended: %v", err)
	}
}

func TestRequestsAreAnsweredAtOnce(t *testing.T) {
	s := natstest.StartEmbedded(t, t.TempDir())
	coordinator, client := open(t, s), open(t, s, func(o *Options) { o.Role = protocol.Client; o.Create = false })
	second := make(chan struct{})
	stop, err := coordinator.Answer(func(ctx context.Context, verb string, request []byte) []byte {
		if verb == "second" {
			close(second)
		} else {
			wait(t, second)
		}
		return append([]byte(verb), request...)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	first := make(chan string, 1)
	go func() {
		got, _ := client.Ask(natstest.Deadline(t), "first", []byte("!"))
		first <- string(got)
	}()
	if got, err := client.Ask(natstest.Deadline(t), "second", nil); err != nil || string(got) != "second" {
		t.Errorf("answer %q, %v", got, err)
	}
	if got := natstest.Receive(t, first); got != "first!" {
		t.Errorf("answer %q", got)
	}
}

func TestAskEndsWithItsContext(t *testing.T) {
	s := natstest.StartEmbedded(t, t.TempDir())
	coordinator, client := open(t, s), open(t, s, func(o *Options) { o.Role = protocol.Client; o.Create = false })
	stop, err := coordinator.Answer(func(ctx context.Context, _ string, _ []byte) []byte { <-ctx.Done(); return nil })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := client.Ask(ctx, "ping", nil); !errors.Is(err, natsconn.ErrUnreachable) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}
