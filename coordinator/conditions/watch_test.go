package conditions

import (
	"context"
	"os"
	"slices"
	"testing"
	"time"

	"eisweep/internal/disktest"
	"eisweep/internal/events"
	"eisweep/internal/root"
)

// TestAFullDiskIsRecorded fills a disk, and empties it again.
func TestAFullDiskIsRecorded(t *testing.T) {
	r, err := root.Open(disktest.Mount(t))
	if err != nil {
		t.Fatal(err)
	}
	recorded := make(chan events.Event, 10)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	filler := disktest.Fill(t, r.Path())
	go func() {
		defer close(ended)
		Watch(ctx, Config{r, func() time.Duration { return 0 }, func(e events.Event) { recorded <- e }})
	}()
	await := func(kind events.Kind) {
		t.Helper()
		select {
		case e := <-recorded:
			if e.Kind != kind {
				t.Errorf("recorded %+v, want %s", e, kind)
			}
		case <-time.After(time.Minute):
			t.Fatalf("no %s", kind)
		}
	}
	await(events.DiskLow)
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	await(events.DiskEnough)
	cancel()
	<-ended
}

// TestChangesAreRecordedOnce has space and answers lack for several looks.
func TestChangesAreRecordedOnce(t *testing.T) {
	var got []events.Kind
	w := &watcher{Config: Config{Record: func(e events.Event) { got = append(got, e.Kind) }}}
	for _, free := range []int64{200, 99, 50, 100, 199, 99, 200, 100} {
		w.disk(disk{free, 100})
	}
	now := time.Now()
	for _, silence := range []time.Duration{0, 6 * time.Second, 8 * time.Second, 0, 0} {
		w.nats(now, silence)
	}
	want := []events.Kind{events.DiskLow, events.DiskEnough, events.NATSUnreachable, events.NATSReachable}
	if !slices.Equal(got, want) {
		t.Errorf("recorded %v, want %v", got, want)
	}
}
