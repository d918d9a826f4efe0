package protocol

import "strings"

// Normalize makes the texts of an outcome fit into a message and converts its times to UTC, as the canonical
// form requires.
func (o *Outcome) Normalize() {
	o.Error = truncate(o.Error, maxError)
	truncateNames(&o.Host, &o.Worker, &o.Version)
	o.Started, o.Finished = o.Started.UTC(), o.Finished.UTC()
}

// Normalize makes the texts of an event fit into a message and its time UTC.
func (e *AttemptEvent) Normalize() {
	e.Error = truncate(e.Error, maxError)
	truncateNames(&e.Host, &e.Worker)
	e.At = e.At.UTC()
}

// Normalize makes the names of a progress report fit into a message.
func (p *Progress) Normalize() { truncateNames(&p.Host, &p.Worker) }

// Normalize makes the texts of a worker's report fit into a message and its times UTC.
func (p *Presence) Normalize() {
	truncateNames(&p.Name, &p.Host, &p.Version, &p.Job, &p.Kernels)
	p.State, p.Refused = truncate(p.State, maxState), truncate(p.Refused, maxState)
	p.Since, p.Deadline = p.Since.UTC(), p.Deadline.UTC()
}

func truncateNames(names ...*string) {
	for _, name := range names {
		*name = truncate(*name, maxName)
	}
}

// truncate makes s fit into a message: valid UTF-8 of at most limit bytes.
func truncate(s string, limit int) string {
	if len(s) > limit {
		s = s[:limit-len("…")] + "…"
	}
	return strings.ToValidUTF8(s, "?")
}
