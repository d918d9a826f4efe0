package natsconn

import (
	"errors"
	"fmt"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/natsserver"
)

func TestServerErrorsAreDistinguished(t *testing.T) {
	api := func(status int, code jetstream.ErrorCode, text string) error {
		return fmt.Errorf("publish: %w", &jetstream.APIError{Code: status, ErrorCode: code, Description: text})
	}
	cases := map[string]struct {
		err                                       error
		occupied, outdated, store, limits, passes bool
	}{
		"one there already": {err: api(503, codeStoreFailed, textOccupied), occupied: true},
		"full disk":         {err: api(503, codeStoreFailed, "no space left on device"), store: true},
		"full stream":       {err: api(503, codeStoreFailed, "maximum bytes exceeded"), limits: true},
		"no store":          {err: api(500, codeNoStore, "error creating store for stream"), store: true},
		"no consumer's store": {
			err:   api(500, codeNoConsumer, "error creating store for consumer: mkdir /s/obs/c: no space left on device"),
			store: true,
		},
		"damaged consumer": {err: api(500, codeNoConsumer, "error creating store for consumer: corrupt state file"), store: true},
		"wrong consumer":   {err: api(500, codeNoConsumer, "consumer filter subject is not valid")},
		"files being removed": {
			err:    api(500, codeNoConsumer, "error creating store for consumer: open /s/obs/c: no such file or directory"),
			store:  true,
			passes: true,
		},
		"purge, disk error":    {err: api(500, codeStoreGeneral, "rename /s/1.new /s/1.blk: input/output error"), store: true},
		"purge, no files left": {err: api(500, codeStoreGeneral, "open /s/1.blk: too many open files"), store: true},
		"purge, something":     {err: api(500, codeStoreGeneral, "stream is sealed")},
		"open, disk error":     {err: api(500, 10069, "stat /s/meta.inf: input/output error"), store: true},
		"part of a batch":      {err: api(400, codeBatchGone, "atomic publish batch is incomplete"), passes: true},
		"too many batches":     {err: api(429, codeTooManyBatches, "atomic publish too many inflight"), passes: true},
		"too many requests":    {err: api(429, codeTooMany, "too many requests"), passes: true},
		"account's resources":  {err: api(400, 10002, "resource limits exceeded for account"), limits: true},
		"too many consumers":   {err: api(400, 10026, "maximum consumers limit reached"), limits: true},
		"too many streams":     {err: api(400, 10027, "maximum number of streams reached"), limits: true},
		"no memory":            {err: api(500, 10028, "insufficient memory resources available"), limits: true},
		"server's resources":   {err: api(503, 10023, "insufficient resources"), limits: true},
		"server's storage":     {err: api(500, 10047, "insufficient storage resources available"), limits: true},
		"other sequence":       {err: api(400, codeWrongSequence, "wrong last sequence: 3"), outdated: true},
		"other, replicated":    {err: api(400, codeWrongConstant, "wrong last sequence"), outdated: true},
		"another consumer":     {err: api(400, codeNotUnique, "filtered consumer not unique on workqueue stream"), passes: true},
		"no leader":            {err: api(503, 10008, "JetStream system temporarily unavailable"), passes: true},
		"nobody answers":       {err: jetstream.ErrNoStreamResponse, passes: true},
		"no answer in time":    {err: nats.ErrTimeout, passes: true},
		"closed for good":      {err: nats.ErrConnectionClosed},
		"something else":       {err: errors.New("else")},
		"stream went missing":  {err: api(404, 10059, "stream not found")},
	}
	for name, c := range cases {
		told := classified(c.err)
		got := [...]bool{Occupied(told), Outdated(told), errors.Is(told, natsserver.ErrStore), errors.Is(told, ErrLimit), Transient(c.err)}
		if got != [...]bool{c.occupied, c.outdated, c.store, c.limits, c.passes} {
			t.Errorf("%s: occupied, outdated, store, limits, passes = %v", name, got)
		}
	}
}

func TestTheLastSequenceIsRead(t *testing.T) {
	for text, want := range map[string]struct {
		seq uint64
		ok  bool
	}{
		"wrong last sequence: 3": {3, true}, "wrong last sequence: 0": {0, true}, "wrong last sequence": {}, "wrong last sequence: x": {}, "": {},
	} {
		err := fmt.Errorf("publish: %w", &jetstream.APIError{Code: 400, ErrorCode: codeWrongSequence, Description: text})
		if seq, ok := LastSequence(err); seq != want.seq || ok != want.ok {
			t.Errorf("%q: %d, %v", text, seq, ok)
		}
		if another := fmt.Errorf("make: %w", &jetstream.APIError{Code: 400, ErrorCode: codeNotUnique}); !ConsumerNotUnique(another) ||
			ConsumerNotUnique(err) {
			t.Error("a consumer that is not unique is taken for another error")
		}
	}
}
