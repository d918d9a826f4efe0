package dashboard

import (
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"
)

// hashed is the SHA-256 of a secret. Secrets themselves are not kept.
type hashed [sha256.Size]byte

func hashOf(secret string) hashed { return sha256.Sum256([]byte(secret)) }

// links are the links that were made and not used yet.
type links struct {
	mu   sync.Mutex
	open map[hashed]Session // Expires is when the link ends
}

// create returns the token of a new link.
func (l *links) create(p Permission, now time.Time) (token string) {
	token = rand.Text()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open == nil {
		l.open = map[hashed]Session{}
	}
	dropExpired(l.open, maxLinks-1, now)
	l.open[hashOf(token)] = Session{Permission: p, Expires: now.Add(linkLifetime)}
	return token
}

// redeem ends a link, and returns its permission; "" for a token that is wrong, was used before, or is too old.
func (l *links) redeem(token string, now time.Time) Permission {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := hashOf(token)
	found, ok := l.open[key]
	delete(l.open, key)
	if !ok || !now.Before(found.Expires) {
		return ""
	}
	return found.Permission
}

// dropExpired removes what has expired, and what expires first until at most a number is left.
func dropExpired(list map[hashed]Session, most int, now time.Time) {
	for key, s := range list {
		if !now.Before(s.Expires) {
			delete(list, key)
		}
	}
	for len(list) > most {
		var first hashed
		var expires time.Time
		for key, s := range list {
			if expires.IsZero() || s.Expires.Before(expires) {
				first, expires = key, s.Expires
			}
		}
		delete(list, first)
	}
}
