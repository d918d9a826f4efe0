package views

import "time"

// rate measures how many tasks are settled per minute, over the last minutes. The zero value has measured nothing.
type rate struct {
	samples []sample // the oldest first
}

type sample struct {
	at      time.Time
	settled int
}

// rateWindow is the time that a rate is measured over, and rateSpacing that between two samples.
const (
	rateWindow  = 3 * time.Minute
	rateSpacing = 5 * time.Second
	shortest    = 10 * time.Second // that a rate is measured over
)

// perMinute takes a count and returns the rate; nil while it has been measured for too short a time.
func (r *rate) perMinute(now time.Time, settled int) *float64 {
	n := len(r.samples)
	switch {
	case n > 0 && settled < r.samples[n-1].settled: // launched anew
		r.samples = []sample{{now, settled}}
	case n == 0 || now.Sub(r.samples[n-1].at) >= rateSpacing:
		r.samples = append(r.samples, sample{now, settled})
	}
	for len(r.samples) > 1 && now.Sub(r.samples[1].at) >= rateWindow {
		r.samples = r.samples[1:]
	}
	over := now.Sub(r.samples[0].at)
	if over < shortest {
		return nil
	}
	perMinute := float64(settled-r.samples[0].settled) / over.Minutes()
	return &perMinute
}
