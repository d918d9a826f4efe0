package coordinator

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"eisweep/coordinator/hooks"
	"eisweep/internal/control"
	"eisweep/internal/events"
	"eisweep/internal/protocol"
)

const secret = "0123456789abcdef0123456789abcdef"

// receiver is a webhook's receiver, which refuses the first requests.
type receiver struct {
	*httptest.Server
	mu       sync.Mutex
	refuses  int
	requests []received
}

type received struct {
	id     string
	valid  bool // its signature
	notice hooks.Notice
}

func newReceiver(t *testing.T, refuses int) *receiver {
	r := &receiver{refuses: refuses}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		body, _ := io.ReadAll(q.Body)
		got := received{id: q.Header.Get("webhook-id")}
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(got.id + "." + q.Header.Get("webhook-timestamp") + "." + string(body)))
		got.valid = q.Header.Get("webhook-signature") == "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil))
		if err := json.Unmarshal(body, &got.notice); err != nil {
			t.Error(err)
		}
		r.requests = append(r.requests, got)
		if r.refuses > 0 {
			r.refuses--
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(r.Close)
	return r
}

// of are the requests for an event.
func (r *receiver) of(event hooks.Event) (out []received) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, each := range r.requests {
		if each.notice.Event == event {
			out = append(out, each)
		}
	}
	return out
}

// launchWith launches a sweep with hooks.
func (g *testCluster) launchWith(h control.Hooks, text string) {
	g.t.Helper()
	p := told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(text)}, Hooks: &h})
	if !p.Hooks {
		g.t.Error("the plan does not confirm the hooks")
	}
}

// TestHooksFireOnce has two tasks of a sweep fail. The receiver accepts the fourth request.
func TestHooksFireOnce(t *testing.T) {
	g := newRig(t)
	g.hooks = hooks.Allowed{Commands: true, Webhooks: true, Environment: os.Environ()}
	g.fails["EXC"] = protocol.Numeric
	k := g.serve()
	r, log := newReceiver(t, 3), filepath.Join(t.TempDir(), "log")
	command := `echo "$EISWEEP_EVENT $EISWEEP_SWEEP $EISWEEP_TASKS $EISWEEP_CLASS $(pwd)" >> ` + log
	g.launchWith(control.Hooks{OnFailure: command, OnFinish: command, Webhooks: []control.Webhook{{URL: r.URL, Secret: secret}}}, twoByTwo)
	defer g.works()()
	g.ends(k, "two")
	k.SettleHooks(g.context())

	text, err := os.ReadFile(log)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	slices.Sort(lines)
	want := []string{"sweep_finished two 4 numeric " + g.root.Path(), "task_failed two 4 numeric " + g.root.Path()}
	if !slices.Equal(lines, want) || err != nil {
		t.Errorf("commands ran with %q, want %q; %v", lines, want, err)
	}
	checkHookEvents(g, k)
	all := append(r.of(hooks.TaskFailed), r.of(hooks.SweepFinished)...)
	ids := map[string]bool{}
	for _, each := range all {
		ids[each.id] = true
		if !each.valid || each.notice.Sweep != "two" || each.notice.Tasks != 4 || each.notice.Root != g.root.Path() {
			t.Errorf("received %+v", each)
		}
	}
	if len(all) != 5 || len(ids) != 2 {
		t.Errorf("%d requests with %d ids, want 3 that are refused, and 2 ids of which each is accepted once", len(all), len(ids))
	}
	if done := r.of(hooks.SweepFinished); done[len(done)-1].notice.Failed != 2 || done[len(done)-1].notice.Failure.Class != protocol.Numeric {
		t.Errorf("received %+v", done)
	}

	// The same launch again has nothing to run, and failures of the first one.
	g.launchWith(control.Hooks{OnFailure: command}, twoByTwo)
	g.ends(k, "two")
	k.SettleHooks(g.context())
	if after, err := os.ReadFile(log); err != nil || string(after) != string(text) {
		t.Errorf("then commands ran with %q; %v", after, err)
	}
	if left, err := filepath.Glob(g.root.Private("hooks", "*.json")); err != nil || len(left) != 0 {
		t.Errorf("%v is left; %v", left, err)
	}
}

// checkHookEvents wants an event for the start and the end of each hook: of the commands with their exit codes, of the webhooks with the
// status of the answer.
func checkHookEvents(g *testCluster, k *Coordinator) {
	g.t.Helper()
	ended := map[string]int{}
	list, _ := k.Events().After(0)
	for _, e := range list {
		switch e.Kind {
		case events.HookStarted:
			ended["started"]++
		case events.HookFinished:
			_, how, _ := strings.Cut(e.Why, "): ")
			ended[how]++
		}
	}
	if want := map[string]int{"started": 4, "exit code 0": 2, "HTTP 200": 2}; !maps.Equal(ended, want) {
		g.t.Errorf("hooks ended: %v, want %v", ended, want)
	}
}

// TestHooksSurviveARestart has a coordinator end before the receiver accepts anything. Another coordinator, which may send nothing,
// comes before one that may.
func TestHooksSurviveARestart(t *testing.T) {
	g := newRig(t)
	g.hooks = hooks.Allowed{Webhooks: true}
	k := g.serve()
	r := newReceiver(t, 1<<30)
	g.launchWith(control.Hooks{Webhooks: []control.Webhook{{URL: r.URL, Secret: secret}}}, twoByTwo)
	stop := g.works()
	g.ends(k, "two")
	stop()
	g.poll("a request is refused", func() bool { return len(r.of(hooks.SweepFinished)) > 0 })
	g.poll("the event says so", func() bool { return g.has(k, events.HookFailed) })
	g.eventually(k, func() bool { return slices.Contains(g.kinds(), "hook-failed two") })
	g.end()
	g.hooks = hooks.Allowed{}
	k = g.serve()
	k.SettleHooks(g.context())
	g.expectProblems("hook-failed two")
	g.end()

	r.mu.Lock()
	id := r.requests[0].id
	r.requests, r.refuses = nil, 0
	r.mu.Unlock()
	g.hooks = hooks.Allowed{Webhooks: true}
	k = g.serve()
	k.SettleHooks(g.context())
	if got := r.of(hooks.SweepFinished); len(got) != 1 || got[0].id != id || !got[0].valid || got[0].notice.Done != 4 {
		t.Errorf("received %+v, want one with the id %s", got, id)
	}
	g.expectProblems()
	g.end()

	// A sweep that ended while no coordinator looked at its hooks fires at the next start.
	g.hooks = hooks.Allowed{Commands: true}
	k = g.serve()
	log := filepath.Join(t.TempDir(), "log")
	g.launchWith(control.Hooks{OnFinish: "echo $EISWEEP_DONE >> " + log + "; exit 3"}, apart)
	saved, err := os.ReadFile(g.root.Private("hooks", "apart.json"))
	if err != nil {
		t.Fatal(err)
	}
	stop = g.works()
	g.ends(k, "apart")
	stop()
	k.SettleHooks(g.context())
	g.expectProblems("hook-failed apart")
	g.end()
	write(t, g.root.Private("hooks", "apart.json"), string(saved)) // as a crash leaves it
	k = g.serve()
	k.SettleHooks(g.context())
	if text, err := os.ReadFile(log); err != nil || string(text) != "4\n4\n" {
		t.Errorf("the command wrote %q; %v", text, err)
	}
	g.expectProblems("hook-failed apart")
}

// TestHooksNeedPermission has clients request what the operator has not allowed.
func TestHooksNeedPermission(t *testing.T) {
	g := newRig(t)
	g.hooks = hooks.Allowed{Webhooks: true}
	g.serve()
	for want, h := range map[string]control.Hooks{
		"--allow-hooks command": {OnFinish: "touch x"},
		"does not run commands": {OnFailure: "touch x"},
		"secret needs":          {Webhooks: []control.Webhook{{URL: "https://here/", Secret: "short"}}},
		"must be https://":      {Webhooks: []control.Webhook{{URL: "file:///etc/passwd", Secret: secret}}},
		"user or a password":    {Webhooks: []control.Webhook{{URL: "https://a:b@here/", Secret: secret}}},
	} {
		_, err := ask[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}, Hooks: &h})
		var refused *control.Refusal
		if !errors.As(err, &refused) || refused.Kind != control.Input || !strings.Contains(refused.Text, want) {
			t.Errorf("refused with %v, want %q", err, want)
		}
	}
	if known, err := g.root.Sweeps(); err != nil || len(known) > 0 {
		t.Errorf("launched: %v %v", known, err)
	}
}
