package coordinator

import "slices"

// history is what the manifests say of one task.
type history struct {
	run    int32  // the highest that there ever was
	newest int32  // the run of the newest order that a line tells of
	copies []spot // its results, in the order of each manifest's lines
	// failures holds the last line of each manifest that has one of the task, where that
	// is a failure.
	failures []spot
	// failed is the failure of the newest order anywhere, unless that gave a result.
	failed *spot
}

// recount finds out anew what the lines that are left say together.
func (h *history) recount() {
	h.newest, h.failed = 0, nil
	for _, s := range h.copies {
		h.newest = max(h.newest, s.run)
	}
	for i := range h.failures {
		if f := h.failures[i]; f.run > h.newest {
			h.newest, h.failed = f.run, &f
		}
	}
}

// fail takes a failure in.
func (h *history) fail(f spot) {
	h.failures = append(slices.Clip(h.failures), f)
	if f.run > h.newest || f.run == h.newest && h.failed != nil {
		h.failed, h.newest = &f, f.run
	}
}

// settledFailure returns the failure that keeps a task from being run again, if
// there is one: by numbers or input, the sweep's own line of it before another's.
// Failures of storage, lost workers and sources are tried again.
func (h *history) settledFailure(sweep string) *spot {
	if h.failed == nil {
		return nil
	}
	if !h.failed.class.name().Repeats() {
		return nil
	}
	if own := h.lastFailure(sweep); own != nil && own.run == h.failed.run {
		return own
	}
	return h.failed
}

// lastFailure returns the failure that the sweep's manifest has as the task's
// state, or nil.
func (h *history) lastFailure(sweep string) *spot {
	for i := range h.failures {
		if h.failures[i].in.sweep == sweep {
			return &h.failures[i]
		}
	}
	return nil
}

// state is how a task stands by the manifest of a sweep.
func (h *history) state(sweep string) State {
	switch {
	case h.lastFailure(sweep) != nil:
		return StateFailed
	case slices.ContainsFunc(h.copies, func(c spot) bool { return c.in.sweep == sweep }):
		return StateDone
	}
	return StateNew
}

// lastCopy is the result that a sweep's manifest told of last; nil when there is none.
func (h *history) lastCopy(sweep string) (last *spot) {
	for i := range h.copies {
		if h.copies[i].in.sweep == sweep {
			last = &h.copies[i]
		}
	}
	return last
}
