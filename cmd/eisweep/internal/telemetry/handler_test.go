package telemetry

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"eisweep/internal/control"
	"eisweep/internal/meters"
	"eisweep/internal/natsconn"
)

// fixedState is a coordinator that has two sweeps and two workers, one of them silent, and the surroundings that it has.
type fixedState struct {
	failure, nats, storage error
	bytes, files           int64
	lock                   chan struct{}
}

func (fixedState) Snapshot() control.Snapshot {
	return control.Snapshot{
		Sweeps: []control.SweepState{
			{Name: "first", Progress: control.Progress{Tasks: 10, Done: 3, Failed: 1, Running: 2, Pending: 4}, Status: control.Open},
			{Name: "held", Progress: control.Progress{Tasks: 7, Pending: 7}, Status: control.Paused},
		},
		Running:         make([]control.RunningTask, 2),
		UnresponsiveFor: 12500 * time.Millisecond,
		Faults:          make([]control.SweepFault, 3),
		Limit:           "full",
	}
}

func (fixedState) Workers() control.Workers {
	return control.Workers{Workers: []control.Worker{{Slots: 4, Busy: 2}, {Slots: 8, Silent: true}, {Slots: 3, Silent: true, Ended: true}}}
}

func (f fixedState) Failed(context.Context) error {
	f.lock <- struct{}{}
	<-f.lock
	return f.failure
}

func (fixedState) Meters() *meters.Coordinator { return meters.NewCoordinator() }

func (fixedState) Checkpoints() (oldest time.Duration, bytes int64) { return 90 * time.Second, 4096 }

func (f fixedState) Oldest(context.Context) (orders int, since time.Time, err error) {
	return 0, time.Time{}, f.nats
}

func (f fixedState) RoundTrip(context.Context) (time.Duration, error) {
	return time.Millisecond, f.nats
}

func (f fixedState) Space() (bytes, files int64, err error) { return f.bytes, f.files, f.storage }

// coordinatorOf is the process of a coordinator with that state.
func coordinatorOf(f fixedState) *Coordinator {
	f.lock = make(chan struct{}, 1)
	return &Coordinator{State: f, Queue: f, Root: f, Settled: &Settled{looked: time.Now()}, Version: "v1"}
}

var healthy = fixedState{bytes: 1 << 40, files: 1 << 20}

// get returns what a handler answers.
func get(t *testing.T, h http.Handler, path string, status int) string {
	t.Helper()
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
	if answer.Code != status {
		t.Errorf("%s: status %d, want %d\n%s", path, answer.Code, status, answer.Body)
	}
	return answer.Body.String()
}

// TestReadinessHasItsReason: a process is alive whatever is around it, and ready only if that works as well.
func TestReadinessHasItsReason(t *testing.T) {
	h := NewHandler()
	get(t, h, "/healthz", http.StatusOK)
	get(t, h, "/metrics", http.StatusServiceUnavailable)
	if text := get(t, h, "/readyz", http.StatusServiceUnavailable); !strings.Contains(text, "starting") {
		t.Errorf("before it serves, /readyz says %q", text)
	}
	for reason, state := range map[string]fixedState{
		"":                                       healthy,
		"the coordinator cannot continue":        {failure: errors.New("secret path"), bytes: 1 << 40, files: 1 << 20},
		"NATS does not answer":                   {nats: natsconn.ErrUnreachable, bytes: 1 << 40, files: 1 << 20},
		"the storage of the root does not":       {storage: errors.New("secret path")},
		"the disk of the root is full: 1.00 MiB": {bytes: 1 << 20, files: 1 << 20},
		"takes only 3 more files":                {bytes: 1 << 40, files: 3},
	} {
		c := coordinatorOf(state)
		h.Serve(c, c.Registry())
		get(t, h, "/healthz", http.StatusOK)
		want := http.StatusServiceUnavailable
		if reason == "" {
			want = http.StatusOK
		}
		if text := get(t, h, "/readyz", want); !strings.Contains(text, reason) || strings.Contains(text, "secret") {
			t.Errorf("/readyz says %q, want %q", text, reason)
		}
	}
	h.Withdraw()
	get(t, h, "/readyz", http.StatusServiceUnavailable)
}

// TestAStandbyIsAliveAndScraped: no alert says that it is down.
func TestAStandbyIsAliveAndScraped(t *testing.T) {
	h := NewHandler()
	h.Serve(Standby{"v1"}, Standby{"v1"}.Registry())
	get(t, h, "/healthz", http.StatusOK)
	if text := get(t, h, "/readyz", http.StatusServiceUnavailable); !strings.Contains(text, "it stands by") {
		t.Errorf("/readyz says %q", text)
	}
	hasLines(t, get(t, h, "/metrics", http.StatusOK), "eisweep_standby 1", `eisweep_info{version="v1"} 1`)
	hasLines(t, scrape(t, healthy), "eisweep_standby 0")
}

// TestAHungProcessIsNotAlive: the probe is answered while the coordinator's lock is held, and many of them wait for it only once.
func TestAHungProcessIsNotAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, c := NewHandler(), coordinatorOf(healthy)
		h.Serve(c, c.Registry())
		lock := c.State.(fixedState).lock
		lock <- struct{}{}
		for range 3 {
			if text := get(t, h, "/healthz", http.StatusServiceUnavailable); !strings.Contains(text, "not alive") {
				t.Errorf("/healthz says %q", text)
			}
		}
		<-lock
		synctest.Wait()
		get(t, h, "/healthz", http.StatusOK)
	})
}
