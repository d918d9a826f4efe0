package queue

import (
	"testing"

	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
)

// TestOneWhoWaitsGetsTasksInTheirOrder: a task that was fetched for nobody would go back to the queue, and
// come behind others.
func TestOneWhoWaitsGetsTasksInTheirOrder(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	const rounds, tasks = 10, 200
	for round := range rounds {
		orders := make([]protocol.TaskMessage, tasks)
		for i := range orders {
			orders[i] = testTask(round*tasks + i + 1)
		}
		publish(t, q, orders...)
		for i := range orders {
			d := next(t, q)
			if d.Task().ID != orders[i].ID {
				t.Fatalf("round %d: task %d is %s, not %s", round, i, d.Task().ID, orders[i].ID)
			}
			admit(t, d, "w")
		}
	}
}
