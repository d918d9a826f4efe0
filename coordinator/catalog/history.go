package catalog

import "slices"

// History is what the manifests say about one task.
type History struct {
	run    int32 // the highest that there ever was
	newest int32 // the highest that a line has
	copies []Ref // its results, in the order of each manifest's lines
	// failures are the last lines of the task in those manifests where that is a failure.
	failures []Ref
	// failed is the failure of the newest run anywhere, unless that gave a result.
	failed *Ref
}

// LastRun is the highest run number that the task ever had; 0 if it had none.
func (h *History) LastRun() int { return int(h.run) }

// HasResult reports whether a manifest has a result of the task, wherever its file may be.
func (h *History) HasResult() bool { return len(h.copies) > 0 }

// IsDone reports whether the newest run that a manifest has gave a result.
func (h *History) IsDone() bool { return len(h.copies) > 0 && h.failed == nil }

// Failure is the failure of the task's newest run anywhere; nil if that gave a result.
func (h *History) Failure() *Ref { return h.failed }

// recount derives newest and failed from the lines that are left.
func (h *History) recount() {
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

// fail adds a failure.
func (h *History) fail(f Ref) {
	h.failures = append(slices.Clip(h.failures), f)
	if f.run > h.newest || f.run == h.newest && h.failed != nil {
		h.failed, h.newest = &f, f.run
	}
}

// SettledFailure returns the failure that keeps a task from being run again; nil if there is none. A failure
// of class numeric or invalid would repeat itself; others are tried again. The sweep's own line is
// returned before another's.
func (h *History) SettledFailure(sweep string) *Ref {
	if h.failed == nil {
		return nil
	}
	if !h.failed.Class().Repeats() {
		return nil
	}
	if own := h.LastFailure(sweep); own != nil && own.run == h.failed.run {
		return own
	}
	return h.failed
}

// LastFailure returns the failure that is the task's state by the sweep's manifest, or nil.
func (h *History) LastFailure(sweep string) *Ref {
	for i := range h.failures {
		if h.failures[i].in.sweep == sweep {
			return &h.failures[i]
		}
	}
	return nil
}

// State is the task's state by the manifest of a sweep.
func (h *History) State(sweep string) State {
	switch {
	case h.LastFailure(sweep) != nil:
		return StateFailed
	case slices.ContainsFunc(h.copies, func(c Ref) bool { return c.in.sweep == sweep }):
		return StateDone
	}
	return StatePending
}

// LastCopy is the last result of the task in a sweep's manifest; nil when there is none.
func (h *History) LastCopy(sweep string) (last *Ref) {
	for i := range h.copies {
		if h.copies[i].in.sweep == sweep {
			last = &h.copies[i]
		}
	}
	return last
}
