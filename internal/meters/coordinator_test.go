package meters

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"eisweep/internal/events"
	"eisweep/internal/protocol"
	"eisweep/sim"
)

// TestEventsAreCounted by what they mean for attempts, tasks and workers.
func TestEventsAreCounted(t *testing.T) {
	c := NewCoordinator()
	for _, e := range []events.Event{
		{Kind: events.AttemptStarted},
		{Kind: events.AttemptFinished},
		{Kind: events.AttemptFinished},
		{Kind: events.TaskFailed, Class: protocol.Numeric, Token: "x"},
		{Kind: events.TaskFailed, Class: protocol.Source}, // no attempt was made
		{Kind: events.AttemptFailed, Class: protocol.Storage},
		{Kind: events.AttemptFailed, Class: "of a newer version"},
		{Kind: events.AttemptTakenOver},
		{Kind: events.AttemptReturned},
		{Kind: events.AttemptReturned, Crowded: true},
		{Kind: events.WorkerSilent},
	} {
		c.Count(&e)
	}
	c.TaskDone(sim.Perturb, time.Minute)
	c.Wrote(2 * time.Millisecond)
	if testutil.ToFloat64(c.last) < float64(time.Now().Add(-time.Hour).Unix()) {
		t.Error("the last outcome was not just now")
	}
	err := testutil.CollectAndCompare(c, strings.NewReader(`
# HELP eisweep_attempts_ended_total Attempts by how they ended, and by the class of the failure if they failed.
# TYPE eisweep_attempts_ended_total counter
eisweep_attempts_ended_total{class="",end="committed"} 2
eisweep_attempts_ended_total{class="",end="refused"} 1
eisweep_attempts_ended_total{class="",end="returned"} 1
eisweep_attempts_ended_total{class="",end="taken_over"} 1
eisweep_attempts_ended_total{class="invalid",end="failed"} 0
eisweep_attempts_ended_total{class="lost",end="failed"} 1
eisweep_attempts_ended_total{class="numeric",end="failed"} 1
eisweep_attempts_ended_total{class="source",end="failed"} 0
eisweep_attempts_ended_total{class="storage",end="failed"} 1
# HELP eisweep_outcomes_total Tasks that were settled, as done or by the class of their failure.
# TYPE eisweep_outcomes_total counter
eisweep_outcomes_total{class="done"} 2
eisweep_outcomes_total{class="invalid"} 0
eisweep_outcomes_total{class="lost"} 0
eisweep_outcomes_total{class="numeric"} 1
eisweep_outcomes_total{class="source"} 1
eisweep_outcomes_total{class="storage"} 0
# HELP eisweep_worker_heartbeats_lost_total How often a worker's heartbeat was lost.
# TYPE eisweep_worker_heartbeats_lost_total counter
eisweep_worker_heartbeats_lost_total 1
`), "eisweep_attempts_ended_total", "eisweep_outcomes_total", "eisweep_worker_heartbeats_lost_total")
	if err != nil {
		t.Error(err)
	}
}
