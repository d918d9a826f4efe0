package control

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"eisweep/internal/queue"
)

// answer has one of the two.
type answer struct {
	Refusal *Refusal        `json:"refusal,omitempty"`
	Answer  json.RawMessage `json:"answer,omitempty"`
}

// Refusal is why a request was not carried out, as an error.
type Refusal struct {
	Kind  Kind   `json:"kind"`
	Text  string `json:"text"`            // place, cause and remedy
	Count int    `json:"count,omitempty"` // InTheWay: of files; Drops: of sweeps
	Sweep string `json:"sweep,omitempty"` // InTheWay, Drops: the first of these sweeps
	// Source is the source of the first of these sweeps if it no longer has the networks of tasks that are dropped.
	Source string `json:"source,omitempty"`
}

// Kind is whose turn it is after a refusal.
type Kind string

// The kinds of refusals.
const (
	Input    Kind = "input"      // the request is wrong
	InTheWay Kind = "in_the_way" // files would have to be superseded, and that is not allowed
	Drops    Kind = "drops"      // finished tasks would no longer be in the sweep, and that is not allowed
	Busy     Kind = "busy"       // there are too many requests at a time; later there may be fewer
	Unknown  Kind = "unknown"    // the request names something that does not exist
	Storage  Kind = "storage"
	Internal Kind = "internal"
)

func (r *Refusal) Error() string { return r.Text }

// Times of an open request: how often the client confirms that it still wants the answer, and
// how long the coordinator works without a confirmation.
const (
	keepTime  = 20 * time.Second
	leaseTime = 2 * time.Minute
)

// Ask sends a request to the root's coordinator. When ctx or this process ends, the
// coordinator drops the request, unless it has begun to take effect. The error is a
// *Refusal, or wraps queue.ErrNoCoordinator or natsconn.ErrUnreachable.
func Ask[A, R any](ctx context.Context, q *queue.Queue, verb string, request R) (A, error) {
	var out A
	id := rand.Text()
	data, err := json.Marshal(request)
	if err != nil {
		return out, fmt.Errorf("ask for %s: %w", verb, err)
	}
	kept, answered := context.WithCancel(ctx)
	go keep(kept, q, id)
	if data, err = tag(data, requestTag{id, ThisUser()}); err == nil {
		data, err = q.Ask(ctx, verb, data)
	}
	answered()
	if err != nil {
		if ctx.Err() != nil {
			withdraw(ctx, q, id)
		}
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

// tag adds its fields to a request, which is a JSON object. Coordinators of earlier versions ignore them.
func tag(request []byte, is requestTag) ([]byte, error) {
	out, err := json.Marshal(is)
	if err != nil {
		return nil, fmt.Errorf("tag request: %w", err)
	}
	if out = out[:len(out)-1]; string(request) != "{}" {
		out = append(out, ',')
	}
	return append(out, request[1:]...), nil
}

// keep confirms regularly that the answer is still wanted, until ctx ends.
func keep(ctx context.Context, q *queue.Queue, id string) {
	ticker := time.NewTicker(keepTime)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			say(ctx, q, verbKeep, id)
		}
	}
}

// withdraw tells the coordinator that the answer is no longer wanted. If that message is lost,
// the coordinator finds out later.
func withdraw(ctx context.Context, q *queue.Queue, id string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	say(ctx, q, verbWithdraw, id)
}

func say(ctx context.Context, q *queue.Queue, verb, id string) {
	if request, err := tag([]byte("{}"), requestTag{ID: id}); err == nil {
		_, _ = q.Ask(ctx, verb, request)
	}
}
