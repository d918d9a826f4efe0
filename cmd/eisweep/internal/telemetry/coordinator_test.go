package telemetry

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"eisweep/coordinator/records"
	"eisweep/internal/control"
	"eisweep/internal/natsconn"
	"eisweep/internal/root"
)

// scrape returns the metrics of a coordinator in a state.
func scrape(t *testing.T, state fixedState) string {
	t.Helper()
	h, c := NewHandler(), coordinatorOf(state)
	h.Serve(c, c.Registry())
	return get(t, h, "/metrics", http.StatusOK)
}

// hasLines reports lines that a scrape lacks.
func hasLines(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains("\n"+text, "\n"+line+"\n") {
			t.Errorf("no line %s in\n%s", line, text)
		}
	}
}

// TestMetrics reads the metrics as a scraper does.
func TestMetrics(t *testing.T) {
	hasLines(t, scrape(t, healthy),
		`eisweep_tasks{state="queued",sweep="first"} 4`,
		`eisweep_tasks{state="failed",sweep="first"} 1`,
		`eisweep_tasks{state="queued",sweep="held"} 7`,
		"eisweep_tasks_pending 6", // workers cannot fetch those of a paused sweep
		`eisweep_sweep_status{status="paused",sweep="held"} 1`,
		`eisweep_sweeps{status="open"} 1`,
		`eisweep_sweeps{status="finished"} 0`,
		"eisweep_sweeps_set_aside 3",
		"eisweep_workers 1",
		"eisweep_workers_silent 1",
		"eisweep_workers_other_version 1",
		"eisweep_nats_unanswered_seconds 12.5",
		"eisweep_nats_round_trip_seconds 0.001",
		"eisweep_nats_limited 1",
		"eisweep_queue_orders 0",
		"eisweep_queue_oldest_order_age_seconds 0",
		"eisweep_storage_up 1",
		"eisweep_storage_free_bytes 1.099511627776e+12",
		"eisweep_storage_free_files 1.048576e+06",
		"eisweep_checkpoint_age_seconds 90",
		"eisweep_checkpoint_bytes 4096",
		`eisweep_worker_slots{state="all"} 4`,
		`eisweep_worker_slots{state="busy"} 2`,
		`eisweep_info{version="v1"} 1`,
		`eisweep_outcomes_total{class="numeric"} 0`,
		"# TYPE eisweep_tasks gauge",
		"# TYPE eisweep_task_seconds histogram",
		"# TYPE go_goroutines gauge",
		"# TYPE process_resident_memory_bytes gauge",
	)
}

// TestWhatDoesNotAnswerIsAbsent, and keeps no scrape from the rest.
func TestWhatDoesNotAnswerIsAbsent(t *testing.T) {
	text := scrape(t, fixedState{nats: natsconn.ErrUnreachable, storage: errors.New("input/output error")})
	hasLines(t, text, "eisweep_storage_up 0", "eisweep_workers 1")
	for _, absent := range []string{"eisweep_nats_round_trip", "eisweep_queue_", "eisweep_storage_free", "eisweep_checkpoint"} {
		if strings.Contains(text, absent) {
			t.Errorf("there is %s… in\n%s", absent, text)
		}
	}
}

// TestMetricsAreWellFormed applies the rules of Prometheus for names and help texts.
func TestMetricsAreWellFormed(t *testing.T) {
	for name, registry := range map[string]*prometheus.Registry{
		"coordinator": coordinatorOf(healthy).Registry(), "worker": workerOf(fixedWorker{}).Registry(),
	} {
		problems, err := testutil.GatherAndLint(registry)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range problems {
			t.Errorf("%s: %s: %s", name, p.Metric, p.Text)
		}
	}
}

// sweepList collects a list of sweeps.
type sweepList []control.SweepState

func (sweepList) Describe(out chan<- *prometheus.Desc) {
	describe(out, statusDesc, tasksDesc, sweepsDesc)
}
func (l sweepList) Collect(out chan<- prometheus.Metric) { collectSweeps(out, l) }

// TestTheNumberOfSeriesIsBounded: the latest settled sweeps have series of their own, and the others are summed.
func TestTheNumberOfSeriesIsBounded(t *testing.T) {
	var list sweepList
	for n := range 1000 {
		settled := control.Progress{Done: 2, Failed: 1}
		list = append(list, control.SweepState{Name: fmt.Sprint("s", n), Status: control.Finished, Progress: settled},
			control.SweepState{Name: fmt.Sprint("p", n), Status: control.Paused, Progress: control.Progress{Pending: 5}})
	}
	r := prometheus.NewRegistry()
	r.MustRegister(list)
	h := NewHandler()
	h.Serve(coordinatorOf(healthy), r)
	text := get(t, h, "/metrics", http.StatusOK)
	hasLines(t, text,
		`eisweep_sweep_status{status="finished",sweep="s999"} 1`,
		`eisweep_tasks{state="done",sweep="s950"} 2`,
		`eisweep_tasks{state="done",sweep="(others)"} 1900`,
		`eisweep_tasks{state="failed",sweep="(others)"} 950`,
		`eisweep_tasks{state="queued",sweep="p800"} 5`,
		`eisweep_tasks{state="queued",sweep="(others)"} 4000`,
		`eisweep_sweeps{status="finished"} 1000`,
		`eisweep_sweeps{status="paused"} 1000`,
	)
	if n := strings.Count(text, "\neisweep_sweep_status{"); n != mostSettled+mostUnsettled {
		t.Errorf("%d sweeps have series of their own", n)
	}
}

// TestSettledSweepsAreKnownAfterARestart by their records, unless the coordinator has launched them again.
func TestSettledSweepsAreKnownAfterARestart(t *testing.T) {
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Date(2026, 1, 31, 18, 0, 0, 0, time.UTC)
	for n, status := range []control.Status{control.Finished, control.Cancelled, control.Open, control.Paused, control.Finished} {
		record := records.Sweep{Format: 1, Status: status, Launched: begun.Add(-time.Duration(n) * time.Hour)}
		if err := records.Write(r, fmt.Sprint("s", n), &record); err != nil {
			t.Fatal(err)
		}
	}
	list := NewSettled(r).Except([]control.SweepState{{Name: "s4", Status: control.Open}})
	if len(list) != 2 || list[0].Name != "s1" || list[0].Status != control.Cancelled || list[1].Name != "s0" {
		t.Errorf("settled are %+v", list)
	}
}
