package control

import (
	"context"
	"encoding/json"
	"fmt"

	"eisweep/internal/queue"
)

// answer is what comes back: one of the two.
type answer struct {
	Refusal *Refusal        `json:"refusal,omitempty"`
	Answer  json.RawMessage `json:"answer,omitempty"`
}

// Refusal is why a request was not carried out, as an error.
type Refusal struct {
	Kind  Kind   `json:"kind"`
	Text  string `json:"text"`            // place, cause and remedy
	Count int    `json:"count,omitempty"` // InTheWay: of files
	Sweep string `json:"sweep,omitempty"` // InTheWay: the first sweep that has such files
}

// Kind is whose turn it is after a refusal.
type Kind string

// The kinds of refusals.
const (
	Input    Kind = "input"      // the request is wrong
	InTheWay Kind = "in_the_way" // files would have to be superseded, and that is not allowed
	Unknown  Kind = "unknown"    // what it names is not there
	Storage  Kind = "storage"
	Internal Kind = "internal"
)

func (r *Refusal) Error() string { return r.Text }

// Ask sends a request to the root's coordinator. The error is a *Refusal, or wraps
// queue.ErrNoCoordinator or queue.ErrOutOfReach.
func Ask[A, R any](ctx context.Context, q *queue.Queue, verb string, request R) (A, error) {
	var out A
	data, err := json.Marshal(request)
	if err != nil {
		return out, fmt.Errorf("ask for %s: %w", verb, err)
	}
	data, err = q.Ask(ctx, verb, data)
	if err != nil {
		return out, err
	}
	var a answer
	if err := json.Unmarshal(data, &a); err != nil {
		return out, fmt.Errorf("read answer to %s: %w", verb, err)
	}
	if a.Refusal != nil {
		return out, a.Refusal
	}
	if err := json.Unmarshal(a.Answer, &out); err != nil {
		return out, fmt.Errorf("read answer to %s: %w", verb, err)
	}
	return out, nil
}

// Handler answers one verb.
type Handler func(ctx context.Context, request []byte) (any, error)

// Handle makes a Handler of a function of the request's own type.
func Handle[R, A any](f func(ctx context.Context, request R) (A, error)) Handler {
	return func(ctx context.Context, data []byte) (any, error) {
		var request R
		if err := json.Unmarshal(data, &request); err != nil {
			return nil, &Refusal{Kind: Input, Text: fmt.Sprintf("the request cannot be read: %v", err)}
		}
		return f(ctx, request)
	}
}

// Serve answers requests by the handlers of their verbs until stop is called,
// which waits for those being answered. An error that is no *Refusal is told as
// one of kind Internal, unless refuse makes it another.
func Serve(q *queue.Queue, handlers map[string]Handler, refuse func(error) *Refusal) (stop func(), err error) {
	return q.Answer(func(ctx context.Context, verb string, request []byte) []byte {
		h := handlers[verb]
		if h == nil {
			return encode(answer{Refusal: &Refusal{Kind: Input, Text: fmt.Sprintf("the coordinator doesn't know the request %q; it may be of an older version", verb)}})
		}
		out, err := h(ctx, request)
		if err != nil {
			return encode(answer{Refusal: refuse(err)})
		}
		data, err := json.Marshal(out)
		if err != nil {
			return encode(answer{Refusal: &Refusal{Kind: Internal, Text: err.Error()}})
		}
		return encode(answer{Answer: data})
	})
}

func encode(a answer) []byte {
	data, err := json.Marshal(a)
	if err != nil {
		return nil // it holds text only
	}
	return data
}
