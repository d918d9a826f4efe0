package lease

import (
	"time"

	"golang.org/x/sys/unix"
)

// instant is one moment by two clocks.
type instant struct {
	boot time.Duration // since the machine was started, suspended time included
	wall time.Time     // the time of day, without a monotonic reading
}

// now reads the clocks. Go's monotonic clock stops while the machine is suspended, so it is not used.
func now() instant {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
		panic("read CLOCK_BOOTTIME: " + err.Error()) // every kernel since 2.6.39 has it
	}
	return instant{time.Duration(ts.Nano()), time.Now().Round(0)}
}

// term is the time in which an owner may start writes.
type term struct {
	begun  instant // when the renewal began that started this term
	latest instant // the latest reading of either clock
}

// covers reports whether a term of this length still lasts at an instant. A step back of a clock ends it for good.
func (t *term) covers(at instant, length time.Duration) bool {
	if t.begun.wall.IsZero() {
		return false
	}
	if at.boot < t.latest.boot || at.wall.Before(t.latest.wall) {
		*t = term{}
		return false
	}
	t.latest = at
	return at.boot-t.begun.boot < length && at.wall.Sub(t.begun.wall) < length
}
