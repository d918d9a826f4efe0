package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
)

const deadline = time.Minute

// held is a handler that answers when it is let, and tells that it was called and why its context ended.
type held struct {
	called chan context.Context
	let    chan struct{}
}

func newHeld() *held { return &held{make(chan context.Context, 10*maxOpen), make(chan struct{})} }

func (h *held) handle(ctx context.Context, _ []byte) (any, error) {
	h.called <- ctx
	select {
	case <-h.let:
		return Nothing{}, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func receive[T any](t *testing.T, from <-chan T) (got T) {
	t.Helper()
	select {
	case got = <-from:
	case <-time.After(deadline):
		t.Fatal("nothing happened")
	}
	return got
}

func refusedAs(t *testing.T, err error, kind Kind) {
	t.Helper()
	if refusal := (*Refusal)(nil); !errors.As(err, &refusal) || refusal.Kind != kind {
		t.Errorf("error is %v, want a refusal as %s", err, kind)
	}
}

// tagged is a request of an unknown user.
func tagged(request []byte, id string) []byte {
	out, err := tag(request, requestTag{ID: id})
	if err != nil {
		panic(err)
	}
	return out
}

// TestRequestersAreNamed: whoever sends a request may write anything in place of a name. What must be completed once it has begun
// is still theirs.
func TestRequestersAreNamed(t *testing.T) {
	for name, want := range map[string]string{
		"ann": "ann", "a\x1b[31m\u202eb\nc": "a[31mbc", strings.Repeat("ü", 1000): strings.Repeat("ü", 64),
	} {
		request, err := tag([]byte(`{"sweeps":["a"]}`), requestTag{"1", Requester{User: name, Host: name}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = newDesk(time.Minute).answer(t.Context(), VerbPause, request, func(ctx context.Context, _ []byte) (any, error) {
			if got := (Requester{want, want}); RequesterOf(ctx) != got || RequesterOf(Committed(ctx)) != got {
				t.Errorf("%q is %q, and %q once committed", name, RequesterOf(ctx), RequesterOf(Committed(ctx)))
			}
			return Nothing{}, nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	if me := ThisUser(); me.User == "" || me.Host == "" {
		t.Errorf("this user is %+v", me)
	}
}

// TestRequestsAreBounded: in number, and in what they hold together; a ping is answered all the same.
func TestRequestsAreBounded(t *testing.T) {
	large := tagged([]byte(fmt.Sprintf(`{"path":%q}`, strings.Repeat("x", maxOpenAll/4))), "large")
	for name, c := range map[string]struct {
		request []byte
		fit     int
	}{"number": {[]byte("{}"), maxOpen}, "bytes": {large, 3}} {
		t.Run(name, func(t *testing.T) {
			d, h, answers := newDesk(deadline), newHeld(), make(chan error, maxOpen)
			for range c.fit {
				go func() {
					_, err := d.answer(t.Context(), VerbLaunch, c.request, h.handle)
					answers <- err
				}()
				receive(t, h.called)
			}
			_, err := d.answer(t.Context(), VerbLaunch, c.request, h.handle)
			refusedAs(t, err, Busy)
			pong := func(context.Context, []byte) (any, error) { return Pong{}, nil }
			if _, err := d.answer(t.Context(), VerbPing, []byte("{}"), pong); err != nil {
				t.Errorf("a ping: %v", err)
			}
			close(h.let)
			for range c.fit {
				if err := receive(t, answers); err != nil {
					t.Error(err)
				}
			}
			if _, err := d.answer(t.Context(), VerbLaunch, c.request, h.handle); err != nil {
				t.Errorf("when the others are answered: %v", err)
			}
		})
	}
}

// TestSizesAreBounded: only a launch may be large.
func TestSizesAreBounded(t *testing.T) {
	d, h := newDesk(deadline), newHeld()
	close(h.let)
	for _, verb := range []string{VerbPing, VerbCancel, VerbVerify, verbKeep, verbWithdraw} {
		_, err := d.answer(t.Context(), verb, tagged(make([]byte, maxNames+1), "x"), h.handle)
		refusedAs(t, err, Input)
	}
	_, err := d.answer(t.Context(), strings.Repeat("x", 10_000), []byte("{}"), nil)
	refusedAs(t, err, Input)
	if len(err.Error()) > 500 {
		t.Errorf("the refusal has %d bytes", len(err.Error()))
	}
}

// TestWithdrawnRequestsAreDropped: by their id, when a lease passes without a word, and not while one is heard.
func TestWithdrawnRequestsAreDropped(t *testing.T) {
	begin := func(d *desk, h *held, id string) (ctx context.Context, answered chan error) {
		answered = make(chan error, 1)
		go func() {
			_, err := d.answer(t.Context(), VerbVerify, tagged([]byte("{}"), id), h.handle)
			answered <- err
		}()
		return receive(t, h.called), answered
	}
	t.Run("withdrawn", func(t *testing.T) {
		d, h := newDesk(time.Hour), newHeld()
		_, first := begin(d, h, "first")
		other, second := begin(d, h, "second")
		for range 2 { // the second time there is none
			if _, err := d.answer(t.Context(), verbWithdraw, tagged([]byte("{}"), "first"), nil); err != nil {
				t.Error(err)
			}
		}
		if err := receive(t, first); !errors.Is(err, errUnwanted) {
			t.Errorf("it ended by %v", err)
		}
		if other.Err() != nil {
			t.Error("so did the other")
		}
		close(h.let)
		if err := receive(t, second); err != nil {
			t.Error(err)
		}
		if len(d.open) != 0 {
			t.Errorf("%d requests are left", len(d.open))
		}
	})
	t.Run("silent", func(t *testing.T) {
		d, h := newDesk(time.Millisecond), newHeld()
		ctx, answered := begin(d, h, "silent")
		if err := receive(t, answered); !errors.Is(err, errUnwanted) {
			t.Errorf("it ended by %v", err)
		}
		if Committed(ctx).Err() != nil || Unwanted(ctx) == nil {
			t.Errorf("committed: %v, unwanted: %v", Committed(ctx).Err(), Unwanted(ctx))
		}
	})
	t.Run("kept", func(t *testing.T) {
		d, h := newDesk(time.Hour), newHeld()
		ctx, answered := begin(d, h, "kept")
		d.lease = 2 * time.Hour
		if _, err := d.answer(t.Context(), verbKeep, tagged([]byte("{}"), "kept"), nil); err != nil || ctx.Err() != nil {
			t.Error(err, ctx.Err())
		}
		close(h.let)
		if err := receive(t, answered); err != nil {
			t.Error(err)
		}
	})
}

func TestTheIdGoesWithAnyRequest(t *testing.T) {
	for _, request := range []any{Nothing{}, Steer{Sweeps: []string{"a"}}, LaunchRequest{}, Explain{}} {
		data, err := json.Marshal(request)
		if err != nil {
			t.Fatal(err)
		}
		tagged := tagged(data, "abc")
		if is, err := tagOf(tagged); is.ID != "abc" || err != nil {
			t.Errorf("%s: id %q, %v", tagged, is.ID, err)
		}
		if err := json.Unmarshal(tagged, &request); err != nil {
			t.Error(err)
		}
	}
}

// TestHostileRequests are refused before they take memory.
func TestHostileRequests(t *testing.T) {
	never := func(context.Context, LaunchRequest) (Plan, error) { t.Error("it was carried out"); return Plan{}, nil }
	steer := func(context.Context, Steer) (Steered, error) { t.Error("it was carried out"); return Steered{}, nil }
	var where strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&where, `"p%d":"1",`, i)
	}
	for name, c := range map[string]struct {
		h       Handler
		request string
	}{
		"many sweeps": {Handle(never), `{"sweeps":[` + strings.Repeat(`{},`, 1_000_000) + `{}]}`},
		"deep":        {Handle(never), `{"sweeps":` + strings.Repeat(`[`, 3_000_000)},
		"deep aside":  {Handle(never), `{"more":` + strings.Repeat(`{"a":`, 1_000_000)},
		"where":       {Handle(never), `{"rerun":{"where":{` + where.String() + `"x":"1"}}}`},
		"names":       {Handle(steer), `{"sweeps":["` + strings.Repeat(`a","`, 100_000) + `b"]}`},
		"no object":   {Handle(steer), `[]`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.h(t.Context(), []byte(c.request))
			refusedAs(t, err, Input)
		})
	}
}

// TestWhoGoesAwayIsNoticed: the handler's context ends when the one who asked gives up.
func TestWhoGoesAwayIsNoticed(t *testing.T) {
	server, err := natsserver.Start(natsserver.Options{StoreDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	open := func(o queue.Options) *queue.Queue {
		o.Server, o.RootID = server, "requests"
		q, err := queue.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(q.Close)
		return q
	}
	serving, asking := open(queue.Options{Create: true}), open(queue.Options{Options: natsconn.Options{Role: protocol.Client}})
	h := newHeld()
	stop, err := Serve(
		serving,
		map[string]Handler{VerbVerify: h.handle},
		func(err error) *Refusal { return &Refusal{Kind: Internal, Text: strings.Repeat("x", 1<<20)} },
	)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	ctx, abort := context.WithCancel(t.Context())
	asked := make(chan error, 1)
	go func() {
		_, err := Ask[Verified](ctx, asking, VerbVerify, Steer{})
		asked <- err
	}()
	request := receive(t, h.called)
	abort()
	receive(t, request.Done())
	if !errors.Is(context.Cause(request), errUnwanted) {
		t.Errorf("it ended by %v", context.Cause(request))
	}
	if err := receive(t, asked); !errors.Is(err, context.Canceled) {
		t.Errorf("the one who asked is told %v", err)
	}
	_, err = Ask[Verified](t.Context(), asking, "unknown", Steer{})
	if refusal := (*Refusal)(nil); !errors.As(err, &refusal) || len(refusal.Text) > 4*longestRefusal {
		t.Errorf("an unknown request: %.100v", err)
	}
}
