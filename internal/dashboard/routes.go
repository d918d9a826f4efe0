package dashboard

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Route is a route of the API.
type Route struct {
	Pattern string // of http.ServeMux, with the method: "GET /api/state"
	// Answer returns what is encoded as JSON, or an error, which may be a *Refusal.
	Answer func(r *http.Request) (any, error)
	// Serve, if not nil, answers in place of Answer.
	Serve func(w http.ResponseWriter, r *http.Request) error
	// Body is a new value for the body of the request; nil if it has none. Answer finds it by BodyOf.
	Body func() any
}

// Refusal is an error with the status code of its answer.
type Refusal struct {
	Code   int
	Text   string
	Remedy string
}

func (r *Refusal) Error() string { return r.Text }

type bodyKey struct{}

// BodyOf returns the body of a request for a Route with a Body.
func BodyOf[T any](r *http.Request) *T {
	body, _ := r.Context().Value(bodyKey{}).(*T)
	return body
}

// handler answers by a route, within the limits.
func (s *shown) handler(route Route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if route.Body != nil {
			body := route.Body()
			if !readJSON(w, r, body) {
				return
			}
			r = r.WithContext(context.WithValue(r.Context(), bodyKey{}, body))
		}
		select {
		case s.requests <- struct{}{}:
			defer func() { <-s.requests }()
		default:
			writeError(w, http.StatusServiceUnavailable, "too many requests are being answered", "try again")
			return
		}
		// The time of the request is over, that of the answer begins; without this, the end of the former would end the context.
		if http.NewResponseController(w).SetReadDeadline(time.Time{}) != nil {
			return
		}
		if route.Serve != nil {
			if err := route.Serve(w, r); err != nil {
				s.writeErr(w, err)
			}
			return
		}
		answer, err := route.Answer(r)
		if err != nil {
			s.writeErr(w, err)
			return
		}
		WriteJSON(w, r, answer)
	}
}

// writeErr answers with an error.
func (s *Server) writeErr(w http.ResponseWriter, err error) {
	refusal := &Refusal{Code: http.StatusInternalServerError, Text: err.Error()}
	if !errors.As(err, &refusal) {
		s.log.Warn("answer a request for the dashboard", "error", err)
	}
	writeError(w, refusal.Code, refusal.Text, refusal.Remedy)
}
