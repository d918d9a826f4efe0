package coordinator

import (
	"eisweep/coordinator/attempts"
	"eisweep/sim"
	"eisweep/sweeps"
)

// work is how much of a sweep's computing is done, in settlings of the network weighted by the cost of one.
type work struct {
	done, total float64
	sizes       map[int64]int // of what is not settled: tasks by the memory that they take, in bytes
}

func (w *work) add(t *sweeps.Task) {
	w.total += attempts.Cost(t)
	w.count(t, 1)
}

func (w *work) settle(t *sweeps.Task) {
	w.done += attempts.Cost(t)
	w.count(t, -1)
}

func (w *work) reopen(t *sweeps.Task) {
	w.done -= attempts.Cost(t)
	w.count(t, 1)
}

func (w *work) count(t *sweeps.Task, n int) {
	if w.sizes == nil {
		w.sizes = map[int64]int{}
	}
	w.sizes[sim.Memory(t.Experiment, t.Parameters)] += n
}

// larger counts the tasks that are not settled and take more than so many bytes.
func (w *work) larger(bytes int64) (n int) {
	for size, tasks := range w.sizes {
		if size > bytes {
			n += tasks
		}
	}
	return n
}

// least is the memory in bytes of the smallest task that is not settled; 0 when all are.
func (w *work) least() (least int64) {
	for size, tasks := range w.sizes {
		if tasks > 0 && (least == 0 || size < least) {
			least = size
		}
	}
	return least
}
