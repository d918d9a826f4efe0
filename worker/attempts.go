package worker

import (
	"sync"

	"eisweep/internal/protocol"
)

// attempts are those that a worker executes now.
type attempts struct {
	mu      sync.Mutex
	running map[protocol.Attempt]*attempt
}

func (s *attempts) enter(a *attempt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running == nil {
		s.running = map[protocol.Attempt]*attempt{}
	}
	s.running[a.claim.Name()] = a
}

// leave removes an attempt, which may already be removed.
func (s *attempts) leave(a *attempt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.running, a.claim.Name())
}

// names are the attempts as a presence lists them.
func (s *attempts) names() []protocol.Attempt {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := make([]protocol.Attempt, 0, len(s.running))
	for name := range s.running {
		names = append(names, name)
	}
	return names
}

// stop has one attempt ask the register whether it is over, as the coordinator says.
func (s *attempts) stop(name protocol.Attempt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.running[name]; a != nil {
		a.told.Store(true)
		a.doubt.Store(true)
	}
}

// doubtAll has all attempts ask the register whether others have replaced them.
func (s *attempts) doubtAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.running {
		a.doubt.Store(true)
	}
}
