package control

import (
	"context"
	"encoding/json"
	"fmt"

	"eisweep/internal/queue"
	"eisweep/sim"
)

// longestRefusal is the most characters of a refusal that are sent.
const longestRefusal = 1 << 16

// Handler answers one verb. ctx ends when the answer is no longer wanted.
type Handler func(ctx context.Context, request []byte) (any, error)

// limited is a request that checks its own limits.
type limited interface{ check() error }

// Handle makes a Handler of a function of the request's own type.
func Handle[R, A any](f func(ctx context.Context, request R) (A, error)) Handler {
	return func(ctx context.Context, data []byte) (any, error) {
		var request R
		err := json.Unmarshal(data, &request)
		if l, ok := any(&request).(limited); ok && err == nil {
			err = l.check()
		}
		if err != nil {
			return nil, &Refusal{Kind: Input, Text: fmt.Sprintf("the request cannot be read: %v", err)}
		}
		return f(ctx, request)
	}
}

// Serve answers requests by the handlers of their verbs until stop is called,
// which waits for those being answered. refuse turns an error into the *Refusal that is sent.
// Requests beyond the number that is answered at a time are refused as Busy.
func Serve(q *queue.Queue, handlers map[string]Handler, refuse func(error) *Refusal) (stop func(), err error) {
	d := newDesk(leaseTime)
	return q.Answer(func(ctx context.Context, verb string, request []byte) []byte {
		out, err := d.answer(ctx, verb, request, handlers[verb])
		if err != nil {
			return encode(answer{Refusal: cut(refuse(err))})
		}
		data, err := json.Marshal(out)
		if err != nil {
			return encode(answer{Refusal: &Refusal{Kind: Internal, Text: err.Error()}})
		}
		return encode(answer{Answer: data})
	})
}

// cut bounds the text of a refusal, which may quote the request.
func cut(r *Refusal) *Refusal {
	short := *r
	short.Text = sim.Shorten(r.Text, longestRefusal)
	return &short
}

func encode(a answer) []byte {
	data, err := json.Marshal(a)
	if err != nil {
		return nil // it holds text only
	}
	return data
}
