package local

import (
	"slices"
	"time"

	"eisweep/internal/control"
)

// publisher writes down which tasks run, for other commands: in a goroutine of its own, because storage may not answer.
type publisher struct {
	session *session
	next    chan []control.RunningTask
	done    chan struct{}

	sent time.Time             // when something was last given to the goroutine
	last []control.RunningTask // what it was given
}

// publishInterval is the shortest time between two writes.
const publishInterval = time.Second

func newPublisher(s *session) *publisher {
	p := &publisher{session: s, next: make(chan []control.RunningTask, 1), done: make(chan struct{})}
	go p.work()
	return p
}

func (p *publisher) work() {
	defer close(p.done)
	for running := range p.next {
		if err := p.session.root.PublishRunning(running); err != nil {
			p.session.log.Debug("other commands do not see which tasks run", "error", err)
		}
	}
}

// publish takes in which tasks run. It never waits; what is not written is written by a later call.
func (p *publisher) publish(running []control.RunningTask) {
	same := func(a, b control.RunningTask) bool { return a.ID == b.ID }
	if slices.EqualFunc(running, p.last, same) || time.Since(p.sent) < publishInterval {
		return
	}
	select {
	case p.next <- running:
		p.sent, p.last = time.Now(), running
	default:
	}
}

// close ends the goroutine, and waits until it has ended, but not for storage that does not answer.
func (p *publisher) close() {
	close(p.next)
	select {
	case <-p.done:
	case <-time.After(stopTimeout):
	}
}
