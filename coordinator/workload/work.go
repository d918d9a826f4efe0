package workload

import (
	"eisweep/sim"
	"eisweep/sweeps"
)

// Work is how much of a sweep's computing is done, in the units of Cost. Its zero value has no tasks.
type Work struct {
	Done, Total float64
	sizes       map[int64]int // of what is not settled: tasks by the memory that they take, in bytes
}

// Add adds a task that is to be executed.
func (w *Work) Add(t *sweeps.Task) {
	w.Total += Cost(t)
	w.count(t, 1)
}

// Settle counts a task as done.
func (w *Work) Settle(t *sweeps.Task) {
	w.Done += Cost(t)
	w.count(t, -1)
}

// Reopen counts a task that was settled as to be executed again.
func (w *Work) Reopen(t *sweeps.Task) {
	w.Done -= Cost(t)
	w.count(t, 1)
}

func (w *Work) count(t *sweeps.Task, n int) {
	if w.sizes == nil {
		w.sizes = map[int64]int{}
	}
	w.sizes[sim.Memory(t.Experiment, t.Parameters)] += n
}

// Larger counts the tasks that are not settled and take more than so many bytes.
func (w *Work) Larger(bytes int64) (n int) {
	for size, tasks := range w.sizes {
		if size > bytes {
			n += tasks
		}
	}
	return n
}

// Least is the memory in bytes of the smallest task that is not settled; 0 when all are.
func (w *Work) Least() (least int64) {
	for size, tasks := range w.sizes {
		if tasks > 0 && (least == 0 || size < least) {
			least = size
		}
	}
	return least
}
