package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"eisweep/sim"
)

// Limits on open requests: their number, and sizes in bytes. A launch carries sweep files, other
// requests only names.
const (
	maxOpen    = 200
	maxOpenAll = 64 << 20
	maxNames   = 1 << 20
)

// The verbs by which a client refers to an open request of its own, by its id.
const (
	verbKeep     = "keep"     // the answer is still wanted
	verbWithdraw = "withdraw" // it isn't
)

// errUnwanted is the cause of the end of a request's context when nobody waits for the answer.
var errUnwanted = errors.New("the client is gone")

// desk keeps track of the open requests.
type desk struct {
	lease time.Duration // after so long without a confirmation a request is dropped

	mu    sync.Mutex
	open  map[string]*opened // by the ids that clients gave
	count int
	bytes int
}

// opened is a request that is being answered.
type opened struct {
	drop context.CancelCauseFunc
	left *time.Timer
}

func newDesk(lease time.Duration) *desk { return &desk{lease: lease, open: map[string]*opened{}} }

// answer has a request answered, within the limits.
func (d *desk) answer(ctx context.Context, verb string, request []byte, h Handler) (any, error) {
	if most := largest(verb); len(request) > most {
		return nil, &Refusal{Kind: Input, Text: fmt.Sprintf("the request %q has %d bytes, at most %d are read",
			sim.Excerpt(verb), len(request), most)}
	}
	if verb == verbKeep || verb == verbWithdraw {
		return Nothing{}, d.note(request, verb == verbKeep)
	}
	if h == nil {
		return nil, &Refusal{Kind: Input, Text: fmt.Sprintf("the coordinator doesn't know the request %q; it may be of an older version",
			sim.Excerpt(verb))}
	}
	if verb == VerbPing { // a busy coordinator answers as well
		return h(ctx, request)
	}
	if err := d.admit(len(request)); err != nil {
		return nil, err
	}
	defer d.dismiss(len(request))
	is, err := tagOf(request)
	if err != nil {
		return nil, err
	}
	wanted, end := d.begin(ctx, is.ID)
	defer end()
	return h(WithRequester(context.WithValue(wanted, serving{}, ctx), is.Requester), request)
}

func largest(verb string) int {
	switch verb {
	case VerbLaunch:
		return maxOpenAll
	case VerbPing, verbKeep, verbWithdraw:
		return 1 << 10
	}
	return maxNames
}

// admit counts a request that is to be answered.
func (d *desk) admit(size int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.count >= maxOpen || d.bytes+size > maxOpenAll {
		return &Refusal{Kind: Busy, Text: fmt.Sprintf("the coordinator is busy with %s already: try again later",
			Count(d.count, "request"))}
	}
	d.count, d.bytes = d.count+1, d.bytes+size
	return nil
}

func (d *desk) dismiss(size int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.count, d.bytes = d.count-1, d.bytes-size
}

// requestTag is what every request has besides its own fields.
type requestTag struct {
	ID        string    `json:"request_id"` // "" if it has none
	Requester Requester `json:"requester,omitzero"`
}

func tagOf(request []byte) (is requestTag, err error) {
	if err := json.Unmarshal(request, &is); err != nil {
		return is, &Refusal{Kind: Input, Text: fmt.Sprintf("the request cannot be read: %v", err)}
	}
	return is, nil
}

// begin returns a context that ends when the client withdraws the request or stays silent for
// longer than the lease. A request without an id can be neither withdrawn nor confirmed.
func (d *desk) begin(ctx context.Context, id string) (wanted context.Context, end func()) {
	wanted, drop := context.WithCancelCause(ctx)
	if id == "" {
		return wanted, func() { drop(nil) }
	}
	o := &opened{drop, time.AfterFunc(d.lease, func() { drop(errUnwanted) })}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open[id] == nil {
		d.open[id] = o
	}
	return wanted, func() {
		o.left.Stop()
		drop(nil)
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.open[id] == o {
			delete(d.open, id)
		}
	}
}

// note handles a client's confirmation or withdrawal of a request. It is no error if the request is
// not open: it has been answered meanwhile.
func (d *desk) note(request []byte, wanted bool) error {
	is, err := tagOf(request)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	switch o := d.open[is.ID]; {
	case o == nil:
	case wanted:
		o.left.Reset(d.lease)
	default:
		o.drop(errUnwanted)
	}
	return nil
}

// serving is the key of the context that ends when the coordinator stops serving requests.
type serving struct{}

// Committed returns a context for work that must be completed once it has begun. It ends when
// the coordinator stops serving, not when the client goes away.
func Committed(ctx context.Context) context.Context {
	if whole, ok := ctx.Value(serving{}).(context.Context); ok {
		return WithRequester(whole, RequesterOf(ctx))
	}
	return ctx
}

// Unwanted returns an error if nobody waits for the answer any more, although the coordinator
// is still serving.
func Unwanted(ctx context.Context) error {
	if Committed(ctx).Err() != nil {
		return nil
	}
	return ctx.Err()
}
