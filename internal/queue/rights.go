package queue

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
)

// rightly calls f with a context that ends as soon as the server denies a right, which is
// the error then: NATS doesn't answer what is not allowed. What it denied before is no
// matter.
func (c *Conn) rightly(ctx context.Context, f func(context.Context) error) error {
	before, denied := c.conn.LastError(), c.rights.current()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(denied, cancel)()
	err := f(ctx)
	if last := c.conn.LastError(); err != nil && last != before && lacking(last) != nil {
		return lacking(last)
	}
	return err
}

// lacking is ErrRights if the last error of the connection is that a right was denied.
func lacking(last error) error {
	if errors.Is(last, nats.ErrPermissionViolation) {
		return fmt.Errorf("%w: %w", ErrRights, last)
	}
	return nil
}
