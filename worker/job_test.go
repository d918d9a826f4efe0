package worker

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"eisweep/internal/protocol"
	"eisweep/internal/results"
	"eisweep/sim"
)

func TestOrdersThatDontFitAreRefused(t *testing.T) {
	b := newBench(t, 10*time.Second)
	outside := filepath.Join(t.TempDir(), "outside.h5")
	check(t, os.WriteFile(outside, []byte("x"), 0o600))
	check(t, os.Symlink(outside, b.root.Private("inputs", "link.h5")))
	hash := strings.Repeat("0", 64)
	from := func(path string) func(*protocol.TaskMessage) {
		return func(o *protocol.TaskMessage) {
			o.Experiment, o.Source, o.Parameters = sim.Perturb, &protocol.InputRef{Path: path, SHA256: hash}, nil
		}
	}
	cases := map[string]struct {
		order protocol.TaskMessage
		class protocol.Class
		says  string
	}{
		"another id": {func() protocol.TaskMessage { o := task(1); o.Seed++; return o }(), protocol.Invalid, "by its contents"},
		"parameter": {func() protocol.TaskMessage {
			o := task(2)
			o.Parameters = sim.Values{{Name: "no.such", Value: sim.IntegerValue(1)}}
			return o
		}(), protocol.Invalid, "no.such"},
		"type": {
			func() protocol.TaskMessage { o := task(3); o.Parameters[0].Value = sim.ChoiceValue("many"); return o }(),
			protocol.Invalid,
			"n_trials",
		},
		"range": {
			func() protocol.TaskMessage { o := task(4); o.Parameters[0].Value = sim.IntegerValue(-1); return o }(),
			protocol.Invalid,
			"range",
		},
		"link outwards": {task(5, from(".eisweep/inputs/link.h5")), protocol.Invalid, "leads out"},
		"no source":     {task(6, from("there/is/none.h5")), protocol.Storage, "none.h5"},
		"altered":       {task(7, from("altered.h5")), protocol.Storage, "planned with"},
	}
	check(t, os.WriteFile(filepath.Join(b.root.Path(), "altered.h5"), []byte("altered"), 0o600))
	var ran atomic.Int32
	w := b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		ran.Add(1)
		return leave(ctx, job, observe)
	})
	for name, c := range cases {
		b.publish(c.order)
		if c.class == protocol.Storage { // the worker's own storage is in order
			if e := b.event(c.order, protocol.EventReturned); e.Class != c.class || !strings.Contains(e.Error, c.says) {
				t.Errorf("%s: %+v", name, e.AttemptEvent)
			}
		} else if o := receive(b, b.outcomes); o.ID != c.order.ID || o.Class != c.class || !strings.Contains(o.Error, c.says) {
			t.Errorf("%s: outcome %+v", name, o.Outcome)
		}
	}
	if ran.Load() > 0 || w.Err() != nil {
		t.Errorf("%d were run; %v", ran.Load(), w.Err())
	}
}
