package telemetry

import (
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
)

// TestMetrics reads the metrics as a scraper does.
func TestMetrics(t *testing.T) {
	h, c := NewHandler(), coordinatorOf(healthy)
	h.Serve(c, c.Registry())
	text := get(t, h, "/metrics", http.StatusOK)
	for _, line := range []string{
		`eisweep_tasks{state="queued",sweep="first"} 4`,
		`eisweep_tasks{state="failed",sweep="first"} 1`,
		`eisweep_tasks{state="queued",sweep="held"} 7`,
		"eisweep_tasks_pending 6", // workers cannot fetch those of a paused sweep
		"eisweep_workers 1",
		"eisweep_nats_unanswered_seconds 12.5",
		`eisweep_worker_slots{state="all"} 4`,
		`eisweep_worker_slots{state="busy"} 2`,
		`eisweep_info{version="v1"} 1`,
		"# TYPE eisweep_tasks gauge",
		"# TYPE go_goroutines gauge",
		"# TYPE process_resident_memory_bytes gauge",
	} {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("no line %s in\n%s", line, text)
		}
	}
}

// TestMetricsAreWellFormed applies the rules of Prometheus for names and help texts.
func TestMetricsAreWellFormed(t *testing.T) {
	problems, err := testutil.CollectAndLint(metrics{coordinatorOf(healthy)})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}
