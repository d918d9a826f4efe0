package natsconn

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
)

// WithPermissionCheck calls f with a context that ends as soon as the server denies a permission, since
// NATS does not answer a request that is not allowed. The error then wraps ErrPermission. What the server
// denied before the call does not count.
func (c *Conn) WithPermissionCheck(ctx context.Context, f func(context.Context) error) error {
	before, denied := c.conn.LastError(), c.denials.Current()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(denied, cancel)()
	err := f(ctx)
	if last := c.conn.LastError(); err != nil && last != before && PermissionError(last) != nil {
		return PermissionError(last)
	}
	return err
}

// PermissionError returns an error that wraps ErrPermission if the last error of the connection is that the
// server denied a permission, else nil.
func PermissionError(last error) error {
	if errors.Is(last, nats.ErrPermissionViolation) {
		return fmt.Errorf("%w: %w", ErrPermission, last)
	}
	return nil
}
