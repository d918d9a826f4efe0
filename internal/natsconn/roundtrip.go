package natsconn

import (
	"context"
	"fmt"
	"time"
)

// RoundTrip returns how long NATS takes to answer a ping. An error wraps ErrUnreachable. ctx must have a deadline.
func (c *Conn) RoundTrip(ctx context.Context) (time.Duration, error) {
	begun := time.Now()
	if err := c.NATS().FlushWithContext(ctx); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return time.Since(begun), nil
}
