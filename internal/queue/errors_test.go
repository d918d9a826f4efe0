package queue

import (
	"errors"
	"fmt"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func TestErrorsOfTheServerAreTold(t *testing.T) {
	api := func(status int, code jetstream.ErrorCode, text string) error {
		return fmt.Errorf("publish: %w", &jetstream.APIError{Code: status, ErrorCode: code, Description: text})
	}
	cases := map[string]struct {
		err                               error
		occupied, outdated, store, passes bool
	}{
		"one there already":   {err: api(503, codeStoreFailed, textOccupied), occupied: true},
		"full disk":           {err: api(503, codeStoreFailed, "no space left on device"), store: true},
		"no store":            {err: api(500, codeNoStore, "error creating store for stream"), store: true},
		"part of a batch":     {err: api(400, codeBatchGone, "atomic publish batch is incomplete"), store: true},
		"other sequence":      {err: api(400, codeWrongSequence, "wrong last sequence: 3"), outdated: true},
		"other, replicated":   {err: api(400, codeWrongConstant, "wrong last sequence"), outdated: true},
		"no leader":           {err: api(503, 10008, "JetStream system temporarily unavailable"), passes: true},
		"nobody answers":      {err: jetstream.ErrNoStreamResponse, passes: true},
		"no answer in time":   {err: nats.ErrTimeout, passes: true},
		"closed for good":     {err: nats.ErrConnectionClosed},
		"something else":      {err: errors.New("else")},
		"stream went missing": {err: api(404, 10059, "stream not found")},
	}
	for name, c := range cases {
		got := [...]bool{occupied(c.err), outdated(c.err), !occupied(c.err) && errors.Is(stored(c.err), ErrStore), passing(c.err)}
		if got != [...]bool{c.occupied, c.outdated, c.store, c.passes} {
			t.Errorf("%s: occupied, outdated, store, passes = %v", name, got)
		}
	}
}
