package natsconn

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"eisweep/internal/protocol"
)

// NotImported begins the explanation why nobody answers a subject that should be served; the subject
// follows. NATS reports what a user is denied, but not what its account fails to import.
const NotImported = "the account of the NATS user may lack the import of"

// serviceTimeout is the default of Options.ServiceTimeout.
const serviceTimeout = 5 * time.Second

// CheckImports finds out whether the account of a worker on a site's NATS server imports the services
// that the requests ask for. streams asks for the streams themselves: a service without a responder is
// one that is not imported only if they answer. The error wraps ErrPermission, ErrNoJetStream or ErrUnreachable.
func (c *Conn) CheckImports(ctx context.Context, requests []*nats.Msg, streams func(context.Context) error) error {
	if c.options.Role != protocol.Worker || c.options.Site == nil {
		return nil
	}
	for _, m := range requests {
		err := c.probe(ctx, m)
		if errors.Is(err, nats.ErrNoResponders) {
			// It is there whenever the streams have a leader.
			if _, err = c.js.AccountInfo(ctx); err == nil {
				err = streams(ctx)
			}
			if err == nil {
				err = c.probe(ctx, m)
			}
		}
		if errors.Is(err, nats.ErrNoResponders) {
			return fmt.Errorf("%w: nobody answers %s: %s it", ErrPermission, m.Subject, NotImported)
		}
		if err = c.ClassifyNoJetStream(err); err != nil {
			return fmt.Errorf("ask %s: %w: %w", m.Subject, ErrUnreachable, err)
		}
	}
	return nil
}

// probe repeats a request until there is an answer, whatever it is: for a moment a stream may have no
// leader.
func (c *Conn) probe(ctx context.Context, m *nats.Msg) error {
	limited, cancel := context.WithTimeout(ctx, c.options.ServiceTimeout)
	defer cancel()
	for {
		err := c.Try(ctx, AnswerTimeout, func(ctx context.Context) error {
			_, err := c.conn.RequestMsgWithContext(ctx, m)
			return err
		})
		if !errors.Is(err, nats.ErrNoResponders) {
			return err
		}
		select {
		case <-time.After(c.options.ServiceTimeout / 20):
		case <-limited.Done():
			return errors.Join(err, ctx.Err())
		}
	}
}
