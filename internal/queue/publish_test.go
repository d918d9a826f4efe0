package queue

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"eisweep/internal/protocol"
)

func TestPublishTellsWhatWasQueuedAlready(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()))
	publish(t, q, testTasks("quick", 100, 3)...)
	tasks := testTasks("quick", 0, 2500)
	tasks[2400] = tasks[7] // named twice in one call
	queued, err := q.Publish(deadline(t), tasks)
	if err != nil {
		t.Fatal(err)
	}
	for i, is := range queued {
		if want := i < 100 || i > 102 && i != 2400; is != want {
			t.Fatalf("task %d: queued %v", i, is)
		}
	}
	all, err := q.Queued(deadline(t))
	if err != nil || len(all) != 2499 || all[testID(5)] != (QueuedTask{"quick", testTask("quick", 5).Run}) {
		t.Errorf("%d queued, %v", len(all), err)
	}
	other := testTask("other", 5) // the same task for another sweep is another order
	publish(t, q, other)
	if err := q.Remove(deadline(t), "quick", testID(6)); err != nil {
		t.Fatal(err)
	}
	if err := q.PurgeSweep(deadline(t), "other"); err != nil {
		t.Fatal(err)
	}
	if all, err = q.Queued(deadline(t)); err != nil || len(all) != 2498 {
		t.Errorf("%d queued, %v", len(all), err)
	}
	if err := q.PurgeTasks(deadline(t)); err != nil {
		t.Fatal(err)
	}
	if all, err = q.Queued(deadline(t)); err != nil || len(all) != 0 {
		t.Errorf("%d queued, %v", len(all), err)
	}
}

func TestPublishRefusesWhatNoWorkerWouldRead(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()))
	bad := testTask("quick", 1)
	bad.Source = &protocol.Input{Path: "../elsewhere.h5", SHA256: fmt.Sprintf("%064d", 0)}
	if _, err := q.Publish(deadline(t), []protocol.Task{bad}); !errors.Is(err, protocol.ErrMessage) {
		t.Errorf("error %v", err)
	}
}

func TestTasksOfOtherVersionsArePurged(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()))
	publish(t, q, testTask("quick", 1), testTask("quick", 2), testTask("quick", 3))
	for _, v := range []string{"f0m1", "f9m9"} {
		if _, err := q.JetStream().Publish(deadline(t), "eisweep."+testRoot+"."+v+".tasks.quick."+testID(1).String(), nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range [][]string{{"f0m1", "f9m9"}, nil} {
		if got, err := q.PurgeForeign(deadline(t)); err != nil || !slices.Equal(got, want) {
			t.Errorf("purged %v, %v, want %v", got, err, want)
		}
	}
	if n, err := q.Length(deadline(t)); n != 3 || err != nil {
		t.Errorf("%d tasks are left, %v", n, err)
	}
}
