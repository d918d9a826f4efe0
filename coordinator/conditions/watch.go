package conditions

import (
	"context"
	"time"

	"eisweep/internal/events"
	"eisweep/internal/root"
)

// Config says what is watched.
type Config struct {
	Root *root.Root
	// UnresponsiveFor is for how long NATS has not answered; 0 while it does.
	UnresponsiveFor func() time.Duration
	Record          func(events.Event)
}

// pause is the time between two looks.
const pause = 2 * time.Second

// watcher knows what fails at present.
type watcher struct {
	Config
	isLow       bool
	unreachable time.Time // since when; zero while NATS answers
}

// Watch looks every 2 s until ctx ends. Storage that does not answer delays only the looks at the disk.
func Watch(ctx context.Context, c Config) {
	w := &watcher{Config: c}
	tick := time.NewTicker(pause)
	defer tick.Stop()
	disks := make(chan disk, 1)
	isAsked := false
	for {
		if !isAsked {
			isAsked = true
			go func() { disks <- look(c.Root) }()
		}
		select {
		case is := <-disks:
			isAsked = false
			w.disk(is)
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		w.nats(time.Now(), c.UnresponsiveFor())
		if isAsked {
			continue
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// disk is the free space of the root's disk, and the limit, in bytes.
type disk struct{ free, low int64 }

// look looks at the disk. One that cannot be looked at has enough space: package faults says what is wrong.
func look(r *root.Root) disk {
	free, low, err := r.Disk()
	if err != nil {
		return disk{1, 0}
	}
	return disk{free, low}
}

// disk takes in the free space.
func (w *watcher) disk(is disk) {
	switch {
	case !w.isLow && is.free < is.low:
		w.isLow = true
		w.Record(events.Event{Kind: events.DiskLow, Free: is.free})
	case w.isLow && is.free >= 2*is.low:
		w.isLow = false
		w.Record(events.Event{Kind: events.DiskEnough, Free: is.free})
	}
}

// nats takes in for how long NATS has not answered.
func (w *watcher) nats(now time.Time, silence time.Duration) {
	switch {
	case w.unreachable.IsZero() && silence > 0:
		w.unreachable = now.Add(-silence).UTC()
		w.Record(events.Event{Kind: events.NATSUnreachable, Since: w.unreachable})
	case !w.unreachable.IsZero() && silence == 0:
		w.Record(events.Event{Kind: events.NATSReachable, Since: w.unreachable})
		w.unreachable = time.Time{}
	}
}
