package natsconn

import (
	"sync"
	"time"
)

// patience is how long NATS may take to answer before that is worth telling.
const patience = 5 * time.Second

// answers knows since when NATS owes one.
type answers struct {
	mu    sync.Mutex
	last  time.Time            // when one came
	lost  time.Time            // when the connection was lost; zero while there is one
	open  map[uint64]time.Time // when what has no answer yet was first asked
	count uint64
}

// ask notes a question, until the function that it returns is called.
func (a *answers) ask(now time.Time) (done func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open == nil {
		a.open = map[uint64]time.Time{}
	}
	a.count++
	number := a.count
	a.open[number] = now
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.open, number)
	}
}

func (a *answers) came(now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last = now
}

func (a *answers) connected(now time.Time, is bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case is:
		a.lost = time.Time{}
	case a.lost.IsZero():
		a.lost = now
	}
}

// owed is how long NATS has not answered; 0 while it does.
func (a *answers) owed(now time.Time) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	since := a.lost
	for _, asked := range a.open {
		if since.IsZero() || asked.Before(since) {
			since = asked
		}
	}
	if a.last.After(since) && a.lost.IsZero() {
		since = a.last
	}
	if len(a.open) == 0 && a.lost.IsZero() || now.Sub(since) < patience {
		return 0
	}
	return now.Sub(since)
}

// Unanswered is for how long NATS has not answered what it was asked, or the connection
// is lost; 0 while that is no more than a moment.
func (c *Conn) Unanswered() time.Duration { return c.answers.owed(time.Now()) }
