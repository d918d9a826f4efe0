package hooks

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/control"
	"eisweep/internal/root"
)

// The example of the Standard Webhooks specification.
func TestSignatureIsTheStandards(t *testing.T) {
	got := sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`))
	if want := "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

// TestRedirectsAreNotFollowed has a receiver redirect to another host, which must not learn anything.
func TestRedirectsAreNotFollowed(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	defer other.Close()
	first := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer first.Close()
	d := &delivery{ID: newID(), Webhook: &control.Webhook{URL: first.URL + "/hook/hidden0123", Secret: strings.Repeat("s", 32)}}
	_, err := send(t.Context(), d, "test", time.Now())
	if err == nil || !strings.Contains(err.Error(), "redirects (307") || strings.Contains(err.Error()+d.name(), "hidden") {
		t.Errorf("%v", err)
	}
	first.Close()
	if _, err := send(t.Context(), d, "test", time.Now()); err == nil || strings.Contains(err.Error(), "hidden") {
		t.Errorf("a receiver that is down: %v", err)
	}
}

// TestAnAnswerIsReadInPart has a receiver whose answer never ends.
func TestAnAnswerIsReadInPart(t *testing.T) {
	var written int
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for block := make([]byte, 4<<10); ; written += len(block) {
			if _, err := w.Write(block); err != nil {
				return // the sender has left
			}
		}
	}))
	d := &delivery{ID: newID(), Webhook: &control.Webhook{URL: endless.URL, Secret: strings.Repeat("s", 32)}}
	if _, err := send(t.Context(), d, "test", time.Now()); err != nil {
		t.Errorf("the webhook was accepted, but %v", err)
	}
	endless.Close()
	if most := maxAnswer + 32<<20; written > most { // the system buffers some
		t.Errorf("%d bytes were sent, want at most %d", written, most)
	}
}

// TestMessagesNameWebhooksWithoutSecrets: by host and words of the path, and by a short hash where parts are left out.
func TestMessagesNameWebhooksWithoutSecrets(t *testing.T) {
	for address, want := range map[string]string{
		"https://here/":                                                 "here",
		"https://here:8443/hooks/eisweep":                               "here:8443/hooks/eisweep",
		"https://here/api/v2/build_server":                              "here/api/v2/build_server",
		"https://chat/services/T0AB12CD3/B0EF45GH6/q8Zr2LmN0pXy":        "chat/services/…/…/… (",
		"https://chat/api/webhooks/123456789/tokenTOKENtokenTOKENtoken": "chat/api/webhooks/…/… (",
		"https://here/hook?key=abc":                                     "here/hook (",
		"https://here/%3cb%3e":                                          "here/… (",
	} {
		got := masked(address)
		if rest, ok := strings.CutPrefix(got, want); !ok || strings.HasSuffix(want, "(") != (len(rest) == 5) {
			t.Errorf("%s is named %q, want %q", address, got, want)
		}
	}
	if one, two := masked("https://chat/a1b2c3d4"), masked("https://chat/a1b2c3d5"); one == two {
		t.Errorf("two webhooks are both %s", one)
	}
}

// TestAReceiverThatHangs is reported in the program's own words.
func TestAReceiverThatHangs(t *testing.T) {
	ended := make(chan struct{})
	hangs := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-ended }))
	defer hangs.Close()
	defer close(ended)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	d := &delivery{ID: newID(), Webhook: &control.Webhook{URL: hangs.URL, Secret: strings.Repeat("s", 32)}}
	if _, err := send(ctx, d, "test", time.Now()); err == nil || err.Error() != "the receiver did not answer within 10 s" {
		t.Errorf("%v", err)
	}
}

// TestPausesGrow up to a bound.
func TestPausesGrow(t *testing.T) {
	for attempts, full := range map[int]time.Duration{1: 2 * time.Second, 2: 4 * time.Second, 5: 32 * time.Second, 12: maxPause,
		60: maxPause} {
		for range 20 {
			if got := pause(2*time.Second, attempts); got < full/2 || got > full {
				t.Errorf("pause of %v after %d attempts, want at most %v and at least half of it", got, attempts, full)
			}
		}
	}
}

// TestACommandIsStartedOnce reads what a coordinator left that ended while a command ran.
func TestACommandIsStartedOnce(t *testing.T) {
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	left := &file{Format: 1, Sweep: "a", Deliveries: []*delivery{{ID: "x", Command: "false", Attempts: 1, Started: true}}}
	if err := left.write(r); err != nil {
		t.Fatal(err)
	}
	files, unread := read(r)
	if len(unread) > 0 || files["a"] == nil {
		t.Fatal(files, unread)
	}
	if d := files["a"].Deliveries[0]; !d.Over || !strings.Contains(d.Error, "ended while the command ran") {
		t.Errorf("%+v", d)
	}
}

// TestMessagesHaveNoCommandLine: it may have secrets, and more people read problems and events than hooks.
func TestMessagesHaveNoCommandLine(t *testing.T) {
	d := delivery{Command: "curl --user me:hidden", Over: true, Error: "it ended with exit status 1",
		Notice: Notice{Sweep: "a", Event: SweepFinished}}
	p, ok := d.problem()
	const want = "the command of sweep a (sweep_finished) failed"
	if !ok || strings.Contains(d.name()+p.Text+p.Remedy, "hidden") || !strings.HasPrefix(p.Text, want) {
		t.Errorf("the problem is %+v", p)
	}
}

// owner is a core that owns its root.
type owner struct{ sync.Mutex }

func (*owner) Machine() *lifecycle.Machine { return nil }
func (*owner) OwnsRoot() bool              { return true }

// TestAWebhookIsSentAfterAStepBackOfTheClock has an earlier coordinator whose clock was an hour ahead, or a moment.
func TestAWebhookIsSentAfterAStepBackOfTheClock(t *testing.T) {
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer receiver.Close()
	for ahead, begins := range map[time.Duration]bool{time.Hour: true, 61 * time.Second: true, 30 * time.Second: false} {
		was := keeper(t, &owner{})
		d := was.files["a"].Deliveries[0]
		d.Webhook.URL, d.Next = receiver.URL, time.Now().Add(ahead)
		if err := was.files["a"].write(was.config.Root); err != nil {
			t.Fatal(err)
		}
		is := was.config
		is.Retry = time.Minute
		k := New(is)
		moved := k.moved
		k.deliver(t.Context(), time.Now())
		if k.mu.Lock(); len(k.files["a"].Deliveries) == 1 && (k.busy == 1) != begins {
			t.Errorf("%v ahead: an attempt begins: %v, want %v", ahead, !begins, begins)
			begins = !begins
		}
		k.mu.Unlock()
		if begins {
			<-moved
		}
	}
}
