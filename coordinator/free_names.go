package coordinator

import (
	"fmt"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/results"
	"eisweep/sweeps"
)

// freeNames frees the names of a result in all sweeps that it is to be placed in. It reports
// whether lines must be made durable before the names are used, and in which sweeps it failed.
func (k *Coordinator) freeNames(c lifecycle.Place, is results.Identity) (wait bool, refused map[string]error) {
	refused = map[string]error{}
	for _, sweep := range c.Sweeps {
		t := k.sweeps.Task(c.ID, sweep)
		if t == nil {
			continue
		}
		w, err := k.freeName(sweep, t, is)
		if err != nil {
			refused[sweep] = fmt.Errorf("place result of %s in %s: %w", t.File, sweep, err)
		}
		wait = wait || w
	}
	return wait, refused
}

// freeName frees a task's name in a sweep's folder for a file of these bytes. It reports whether a line must be made
// durable before the name is used.
func (k *Coordinator) freeName(sweep string, t *sweeps.Task, is results.Identity) (wait bool, err error) {
	if k.ledger.HoldsBack(sweep) {
		return false, k.faults.list[sweep].err
	}
	superseded, err := k.placer.Free(sweep, t, is)
	if superseded == nil || err != nil {
		return false, err
	}
	k.ledger.Add(sweep, *superseded)
	if k.after.renamed == nil {
		k.after.renamed = map[sweeps.ID]bool{}
	}
	k.after.renamed[superseded.ID] = true
	return true, nil
}
