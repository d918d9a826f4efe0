package worker

import (
	"sync"

	"eisweep/internal/protocol"
)

// attempts are the running attempts of a worker.
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

// names lists the attempts for a heartbeat.
func (s *attempts) names() []protocol.Attempt {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := make([]protocol.Attempt, 0, len(s.running))
	for name := range s.running {
		names = append(names, name)
	}
	return names
}

// stop makes one attempt look up in the register whether it is over, as the coordinator says.
func (s *attempts) stop(name protocol.Attempt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.running[name]; a != nil {
		a.stopOrdered.Store(true)
		a.mustCheck.Store(true)
	}
}

// checkAll makes all attempts look up in the register whether others have replaced them.
func (s *attempts) checkAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.running {
		a.mustCheck.Store(true)
	}
}
