package outcomes

import (
	"fmt"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/results"
	"eisweep/sweeps"
)

// freeNames frees the names of a result in all sweeps that it is to be placed in. It reports
// whether lines must be made durable before the names are used, and in which sweeps it failed.
func (b *Book) freeNames(c lifecycle.Place, is results.Identity) (wait bool, refused map[string]error) {
	refused = map[string]error{}
	for _, sweep := range c.Sweeps {
		t := b.Sweeps.Task(c.ID, sweep)
		if t == nil {
			continue
		}
		w, err := b.freeName(sweep, t, is)
		if err != nil {
			refused[sweep] = fmt.Errorf("place result of %s in %s: %w", t.File, sweep, err)
		}
		wait = wait || w
	}
	return wait, refused
}

// freeName frees a task's name in a sweep's directory for a file of these bytes. It reports whether a line must be made
// durable before the name is used.
func (b *Book) freeName(sweep string, t *sweeps.Task, is results.Identity) (wait bool, err error) {
	if b.Ledger.HoldsBack(sweep) {
		return false, b.Core.SetAside(sweep)
	}
	superseded, err := b.placer.Free(sweep, t, is)
	if superseded == nil || err != nil {
		return false, err
	}
	b.Ledger.Add(sweep, *superseded)
	if b.renamed == nil {
		b.renamed = map[sweeps.ID]bool{}
	}
	b.renamed[superseded.ID] = true
	return true, nil
}
