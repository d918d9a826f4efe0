package dashboard

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"eisweep/internal/atomicfile"
)

// sessions are the sessions that have not ended. With a file they outlive the process, so that a page continues after a restart.
type sessions struct {
	file string // "" for none

	mu   sync.Mutex
	open map[hashed]Session
}

// maxSessionsFile bounds the file that is read, in bytes.
const maxSessionsFile = 64 << 10

// openSessions reads the sessions in a file, which need not exist.
func openSessions(file string, now time.Time) (*sessions, error) {
	s := &sessions{file: file, open: map[hashed]Session{}}
	if file == "" {
		return s, nil
	}
	text, err := atomicfile.Read(file, maxSessionsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	var stored map[string]Session
	if err := json.Unmarshal(text, &stored); err != nil {
		return s, nil // damaged: everybody needs a new link
	}
	for key, session := range stored {
		raw, err := hex.DecodeString(key)
		if err == nil && len(raw) == len(hashed{}) && session.Permission.isKnown() && session.Expires.Before(now.Add(sessionLifetime)) {
			s.open[hashed(raw)] = session
		}
	}
	dropExpired(s.open, maxSessions, now)
	return s, nil
}

// begin returns the secret of a new session.
func (s *sessions) begin(p Permission, now time.Time) (secret string, session Session, err error) {
	secret, session = rand.Text(), Session{Permission: p, Expires: now.Add(sessionLifetime)}
	s.mu.Lock()
	defer s.mu.Unlock()
	dropExpired(s.open, maxSessions-1, now)
	s.open[hashOf(secret)] = session
	return secret, session, s.store()
}

// of returns the session of a secret.
func (s *sessions) of(secret string, now time.Time) (Session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	session, ok := s.open[hashOf(secret)]
	return session, ok && now.Before(session.Expires)
}

// end ends the session of a secret.
func (s *sessions) end(secret string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, hashOf(secret))
	return s.store()
}

// store writes the file. It is called with the lock held.
func (s *sessions) store() error {
	if s.file == "" {
		return nil
	}
	stored := map[string]Session{}
	for key, session := range s.open {
		stored[hex.EncodeToString(key[:])] = session
	}
	text, err := json.Marshal(stored)
	if err == nil {
		err = atomicfile.Write(s.file, text, 0o600)
	}
	if err != nil {
		return fmt.Errorf("store session: %w", err)
	}
	return nil
}
