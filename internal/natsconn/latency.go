package natsconn

import (
	"sync"
	"time"
)

// unresponsiveAfter is how long NATS may take to answer before it counts as unresponsive.
const unresponsiveAfter = 5 * time.Second

// latencyWatch records since when NATS has not answered.
type latencyWatch struct {
	mu    sync.Mutex
	last  time.Time            // when an answer arrived
	lost  time.Time            // when the connection was lost; zero while there is one
	open  map[uint64]time.Time // when each unanswered request was first sent
	count uint64
}

// ask records a request until done is called.
func (w *latencyWatch) ask(now time.Time) (done func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open == nil {
		w.open = map[uint64]time.Time{}
	}
	w.count++
	number := w.count
	w.open[number] = now
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.open, number)
	}
}

// answered records that an answer arrived.
func (w *latencyWatch) answered(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = now
}

// connected records whether there is a connection.
func (w *latencyWatch) connected(now time.Time, is bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case is:
		w.lost = time.Time{}
	case w.lost.IsZero():
		w.lost = now
	}
}

// silence is how long NATS has not answered; 0 while it does.
func (w *latencyWatch) silence(now time.Time) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	since := w.lost
	for _, asked := range w.open {
		if since.IsZero() || asked.Before(since) {
			since = asked
		}
	}
	if w.last.After(since) && w.lost.IsZero() {
		since = w.last
	}
	if len(w.open) == 0 && w.lost.IsZero() || now.Sub(since) < unresponsiveAfter {
		return 0
	}
	return now.Sub(since)
}

// UnresponsiveFor returns for how long NATS has not answered a request, or the connection has been
// lost; 0 below 5 seconds.
func (c *Conn) UnresponsiveFor() time.Duration { return c.latency.silence(time.Now()) }
