package queue

import (
	"context"
	"fmt"
)

// Length is how many tasks are queued or running, of all versions. It is cheap,
// however many there are.
func (q *Queue) Length(ctx context.Context) (int, error) {
	info, err := q.tasks.Info(ctx)
	if err != nil {
		return 0, fmt.Errorf("count queued tasks: %w", err)
	}
	return int(info.State.Msgs), nil
}
