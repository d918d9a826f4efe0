package queue

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// PurgeTasks removes every queued task, of all versions. Running tasks continue and may still
// commit.
func (q *Queue) PurgeTasks(ctx context.Context) error {
	if err := q.purge(ctx, q.tasks); err != nil {
		return fmt.Errorf("purge tasks: %w", err)
	}
	return nil
}

// PurgeAttempts removes the events of all attempts: they are numbered from 1 again.
func (q *Queue) PurgeAttempts(ctx context.Context) error {
	if err := q.purge(ctx, q.attempts); err != nil {
		return fmt.Errorf("purge attempts: %w", err)
	}
	return nil
}

// PurgeOutcomes removes all outcomes. It may be called only when no worker runs a task and every
// outcome has been processed.
func (q *Queue) PurgeOutcomes(ctx context.Context) error {
	if err := q.purge(ctx, q.outcomes); err != nil {
		return fmt.Errorf("purge outcomes: %w", err)
	}
	return nil
}

// PurgeSweep removes the queued tasks of a sweep.
func (q *Queue) PurgeSweep(ctx context.Context, sweep string) error {
	if err := q.purge(ctx, q.tasks, jetstream.WithPurgeSubject(q.subjects.Sweep(sweep))); err != nil {
		return fmt.Errorf("purge tasks of sweep %s: %w", sweep, err)
	}
	return nil
}

// Remove removes one task from the queue; one that isn't there is no error.
func (q *Queue) Remove(ctx context.Context, sweep string, id sweeps.ID) error {
	if err := q.purge(ctx, q.tasks, jetstream.WithPurgeSubject(q.subjects.Task(sweep, id))); err != nil {
		return fmt.Errorf("remove task %s: %w", id, err)
	}
	return nil
}

// purge removes messages of a stream. What an earlier try, whose answer was lost, has
// removed it doesn't miss.
func (q *Queue) purge(ctx context.Context, stream jetstream.Stream, which ...jetstream.StreamPurgeOpt) error {
	return q.RetryBulk(ctx, func(ctx context.Context) error { return stream.Purge(ctx, which...) })
}

// PurgeForeign removes the tasks of other versions of the program, which none of this
// one can run, and returns which versions these were.
func (q *Queue) PurgeForeign(ctx context.Context) ([]string, error) {
	versions := map[string]bool{}
	err := q.each(ctx, "tasks", q.subjects.Every("tasks", ">"), func(m *jetstream.RawStreamMsg) {
		if parts := strings.SplitN(m.Subject, ".", 4); len(parts) == 4 && parts[2] != protocol.Version() {
			versions[parts[2]] = true
		}
	})
	for v := range versions {
		err = errors.Join(err, q.purge(ctx, q.tasks, jetstream.WithPurgeSubject(q.subjects.OfVersion(v, "tasks"))))
	}
	if err != nil {
		return nil, fmt.Errorf("remove tasks of other versions: %w", err)
	}
	return slices.Sorted(maps.Keys(versions)), nil
}
