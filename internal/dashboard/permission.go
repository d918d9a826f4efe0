package dashboard

import (
	"context"
	"time"
)

// Permission is what a session may do.
type Permission string

// The permissions. Control includes Read.
const (
	Read    Permission = "read"    // look at everything
	Control Permission = "control" // also pause, resume, rank, cancel, rerun and drain
)

func (p Permission) isKnown() bool { return p == Read || p == Control }

// Session is the answer to requests for /api/session.
type Session struct {
	Permission Permission `json:"permission"`
	Expires    time.Time  `json:"expires"`
}

type sessionKey struct{}

func withSession(ctx context.Context, s Session) context.Context {
	return context.WithValue(ctx, sessionKey{}, s)
}

// sessionOf is the session of a request that the guard admitted.
func sessionOf(ctx context.Context) Session {
	s, _ := ctx.Value(sessionKey{}).(Session)
	return s
}
