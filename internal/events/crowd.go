package events

import (
	"slices"
	"strings"
	"time"
)

// The bound on events that are listed one by one although thousands of them a minute may come: crowdBurst at once, and in the long
// run one per crowdPause. The others are counted, and each sweep gets one event with their number per crowdTime.
const (
	crowdBurst = 200
	crowdPause = 2 * time.Second
	crowdTime  = 10 * time.Second
)

// crowd bounds such events.
type crowd struct {
	room    float64 // how many may be listed now
	last    time.Time
	counted map[crowdKey]*Event
}

// crowdKey is what counted events have in common.
type crowdKey struct {
	kind         Kind
	sweep, class string
}

func newCrowd() *crowd { return &crowd{room: crowdBurst, counted: map[crowdKey]*Event{}} }

// admit reports whether an event may be listed; otherwise it is counted.
func (c *crowd) admit(e *Event) bool {
	if !e.Crowded {
		return true
	}
	if !c.last.IsZero() {
		passed := max(0, e.Time.Sub(c.last)) // the clock may have been set back
		c.room = min(crowdBurst, c.room+passed.Seconds()/crowdPause.Seconds())
	}
	c.last = e.Time
	if c.room >= 1 {
		c.room--
		return true
	}
	key := crowdKey{e.Kind, e.Sweep, string(e.Class)}
	if c.counted[key] == nil {
		c.counted[key] = &Event{Kind: e.Kind, Sweep: e.Sweep, Launch: e.Launch, Class: e.Class, Why: e.Why, Since: e.Time}
	}
	c.counted[key].Count++
	return false
}

// due removes and returns the counts that have waited for long enough, or all.
func (c *crowd) due(now time.Time, all bool) []Event {
	return c.remove(func(e *Event) bool {
		age := now.Sub(e.Since)
		return all || age >= crowdTime || age < 0 // the clock was set back
	})
}

// before removes and returns the counts that belong before an event: what happened to a sweep before its end.
func (c *crowd) before(end *Event) []Event {
	if end.Kind != SweepFinished && end.Kind != CoordinatorStopped {
		return nil
	}
	return c.remove(func(e *Event) bool { return end.Sweep == "" || end.Sweep == e.Sweep })
}

func (c *crowd) remove(is func(*Event) bool) []Event {
	var out []Event
	for key, e := range c.counted {
		if is(e) {
			out = append(out, *e)
			delete(c.counted, key)
		}
	}
	slices.SortFunc(out, func(a, b Event) int { return strings.Compare(a.Sweep+string(a.Kind), b.Sweep+string(b.Kind)) })
	return out
}
