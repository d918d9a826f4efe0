package dashboard

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Event is one event of a stream.
type Event struct {
	ID   string // by which a client that reconnects says what it has; "" for none
	Name string
	Data []byte // JSON, without line breaks
}

// Feed returns the events of a new stream until ctx ends. lastID is the ID of the last event that the client had, "" for a new client.
// A closed channel ends the stream: its reader is too slow, or there are no more events.
type Feed func(ctx context.Context, query url.Values, lastID string) (<-chan Event, error)

// serveStream sends events until the client leaves, its session ends, or it does not read.
func (s *shown) serveStream(w http.ResponseWriter, r *http.Request) {
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		writeError(w, http.StatusTooManyRequests, fmt.Sprintf("%d streams are open already", maxStreams), "close other tabs")
		return
	}
	out := stream{w, http.NewResponseController(w)}
	if out.control.SetReadDeadline(time.Time{}) != nil {
		return
	}
	ctx, cancel := context.WithDeadline(r.Context(), sessionOf(r.Context()).Expires)
	defer cancel()
	stop := context.AfterFunc(s.stopping, cancel)
	defer stop()
	events, err := s.feed(ctx, r.URL.Query(), r.Header.Get("Last-Event-ID"))
	if err != nil {
		s.writeErr(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(http.StatusOK)
	alive := time.NewTicker(aliveInterval)
	defer alive.Stop()
	for err := out.send("retry: 1000\n\n"); err == nil; {
		select {
		case e, open := <-events:
			if !open {
				return
			}
			err = out.send(e.text())
		case <-alive.C:
			err = out.send(": alive\n\n")
		case <-ctx.Done():
			return
		}
	}
}

// text is an event as it is sent.
func (e *Event) text() string {
	id := ""
	if e.ID != "" {
		id = "id: " + e.ID + "\n"
	}
	return id + "event: " + e.Name + "\ndata: " + string(visible(e.Data)) + "\n\n"
}

// stream writes to a client that must keep reading.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

func (s *stream) send(text string) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.control.Flush()
}
