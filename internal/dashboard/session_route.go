package dashboard

import (
	"net/http"
	"time"
)

// exchange is the body of POST /api/session.
type exchange struct {
	Token string `json:"token"` // of a link: what its fragment has after #token=
}

// serveSession answers requests for the session of the client.
func (s *shown) serveSession(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		WriteJSON(w, r, sessionOf(r.Context()))
	case http.MethodPost:
		s.beginSession(w, r)
	case http.MethodDelete:
		s.endSession(w, r)
	default:
		writeError(w, http.StatusMethodNotAllowed, "a session is read, begun by POST and ended by DELETE", "")
	}
}

// beginSession exchanges the token of a link for a session.
func (s *shown) beginSession(w http.ResponseWriter, r *http.Request) {
	var in exchange
	if !readJSON(w, r, &in) {
		return
	}
	permission := s.links.redeem(in.Token, time.Now())
	if permission == "" {
		writeError(w, http.StatusUnauthorized, "the link is wrong, was used before, or is too old", "open a new link: eisweep dashboard")
		return
	}
	secret, session, err := s.guard.sessions.begin(permission, time.Now())
	if err != nil {
		s.log.Warn("sessions of the dashboard end with this process", "error", err)
	}
	s.log.Info("dashboard opened", "permission", permission, "from", r.RemoteAddr)
	http.SetCookie(w, s.newCookie(secret, int(sessionLifetime.Seconds())))
	WriteJSON(w, r, session)
}

func (s *shown) endSession(w http.ResponseWriter, r *http.Request) {
	if cookie, err := r.Cookie(s.guard.cookie); err == nil {
		if err := s.guard.sessions.end(cookie.Value); err != nil {
			s.log.Warn("end session", "error", err)
		}
	}
	http.SetCookie(w, s.newCookie("", -1))
	w.WriteHeader(http.StatusNoContent)
}

func (s *shown) newCookie(secret string, seconds int) *http.Cookie {
	return &http.Cookie{
		Name: s.guard.cookie, Value: secret, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: s.guard.secure,
		SameSite: http.SameSiteStrictMode,
	}
}
