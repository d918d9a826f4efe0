package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"eisweep/internal/protocol"
)

// notImported explains that nobody answers a subject that should be served. NATS reports what a
// user is denied, but not what its account fails to import.
const notImported = "the account of the NATS user may lack the import of"

// serviceTimeout is the ServiceTimeout of a connection whose options say nothing of it.
const serviceTimeout = 5 * time.Second

// checkImports finds out whether the account of a worker on a site's NATS imports what
// the requests ask for. The error wraps ErrRights, or ErrOutOfReach if the streams are.
func (c *Conn) checkImports(ctx context.Context, requests []*nats.Msg, there func(context.Context) error) error {
	if c.options.Role != protocol.Worker || c.options.Site == nil {
		return nil
	}
	for _, m := range requests {
		err := c.probe(ctx, m)
		if errors.Is(err, nats.ErrNoResponders) {
			// It is there whenever the streams have a leader.
			if _, err = c.js.AccountInfo(ctx); err == nil {
				err = there(ctx)
			}
			if err == nil {
				err = c.probe(ctx, m)
			}
		}
		if errors.Is(err, nats.ErrNoResponders) {
			return fmt.Errorf("%w: nobody answers %s: %s it", ErrRights, m.Subject, notImported)
		}
		if err = c.streamless(err); err != nil {
			return fmt.Errorf("ask %s: %w: %w", m.Subject, ErrOutOfReach, err)
		}
	}
	return nil
}

// probe asks until there is an answer, whatever it is. For a moment a stream may have no
// leader.
func (c *Conn) probe(ctx context.Context, m *nats.Msg) error {
	patience, cancel := context.WithTimeout(ctx, c.options.ServiceTimeout)
	defer cancel()
	for {
		err := c.try(ctx, tryTimeout, func(ctx context.Context) error {
			_, err := c.conn.RequestMsgWithContext(ctx, m)
			return err
		})
		if !errors.Is(err, nats.ErrNoResponders) {
			return err
		}
		select {
		case <-time.After(c.options.ServiceTimeout / 20):
		case <-patience.Done():
			return errors.Join(err, ctx.Err())
		}
	}
}
