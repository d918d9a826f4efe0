package worker

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/internal/results"
	"eisweep/sim"
	"eisweep/sweeps"
)

// small is a network that trains in a moment.
func small() sim.Values {
	return values("ng.exc.n_per_axis=4", "inp.n_stimuli=3", "numint.n_trials=1")
}

// values are parameters as name=value.
func values(settings ...string) sim.Values {
	v, err := sim.ParseValues(strings.Join(settings, "\n"))
	if err != nil {
		panic(err)
	}
	return v
}

// keep gives a result a name outside incoming, as a coordinator does.
func (b *bench) keep(o queue.OutcomeDelivery, name string) {
	b.Helper()
	check(b, os.MkdirAll(b.root.SweepDir("quick"), 0o755))
	check(b, os.Rename(b.root.Incoming(o.ID, o.Run, o.Token), b.root.SweepDir("quick")+"/"+name))
}

// result runs an order on the real model and returns what its file tells.
func (b *bench) result(order protocol.TaskMessage, name string) (queue.OutcomeDelivery, results.Info) {
	b.Helper()
	b.publish(order)
	o := receive(b, b.outcomes)
	if !o.Done() {
		b.Fatalf("outcome %+v", o.Outcome)
	}
	if o.CPU <= 0 || o.Steps <= 0 {
		b.Errorf("%v of CPU time, %d steps", o.CPU, o.Steps)
	}
	b.keep(o, name)
	path := b.root.SweepDir("quick") + "/" + name
	prober := results.Prober{Command: []string{"env", "EISWEEP_TEST_PROBE=1", os.Args[0]}}
	found, err := prober.Digest(b.Context(), path)
	if err != nil || found.Digest != o.Digest {
		b.Errorf("digest %s, outcome says %s, %v", found.Digest, o.Digest, err)
	}
	info := found.Info
	if info.ID != order.ID || info.Seed != order.Seed {
		b.Errorf("the file tells %+v", info)
	}
	return o, info
}

func TestModelTrainsAndPerturbs(t *testing.T) {
	b := newBench(t, time.Minute)
	b.start(nil, func(c *Config) { c.Runner = nil })
	train := task(3, func(o *protocol.TaskMessage) { o.Parameters = small() })
	trained, _ := b.result(train, "trained.h5")

	perturb := task(3, func(o *protocol.TaskMessage) {
		o.Experiment = sim.Perturb
		o.Parameters = values("ng.exc.n_per_axis=4", "inp.n_stimuli=3", "perturb.n_perturbed=2")
		o.Source = &protocol.InputRef{Task: train.ID, Path: "quick/trained.h5", SHA256: trained.SHA256}
	})
	_, info := b.result(perturb, "perturbed.h5")
	if info.Source == nil || info.Source.Task != train.ID || !info.Source.SeedKnown || info.Source.Seed != 3 {
		t.Errorf("its source is told as %+v", info.Source)
	}

	again := train // the same weights taken from a file: another task
	again.Initial = &protocol.InitialRef{InputRef: *perturb.Source, Take: []string{"wee"}}
	again.ID = sweeps.Identify(&sweeps.Task{
		Experiment: again.Experiment, Seed: again.Seed, Parameters: sim.Resolve(sim.Approximate, again.Parameters),
		Initial: &sweeps.Initial{Input: sweeps.Input{Task: train.ID}, Take: []string{"wee"}},
	})
	if again.ID == train.ID {
		t.Fatal("the initial state is not part of the id")
	}
	if _, info := b.result(again, "again.h5"); info.Initial == nil || info.Initial.Task != train.ID {
		t.Errorf("its initial state is told as %+v", info.Initial)
	}
}

// The result is the task's alone, whatever runs it.
func TestModelGivesTheSameDigestAnywhere(t *testing.T) {
	digests := map[string]bool{}
	for _, slots := range []int{1, 4} {
		b := newBench(t, time.Minute)
		b.start(nil, func(c *Config) { c.Runner, c.Slots = nil, slots })
		b.publish(task(9, func(o *protocol.TaskMessage) { o.Parameters = small() }))
		digests[receive(b, b.outcomes).Digest] = true
	}
	if len(digests) != 1 {
		t.Errorf("digests %v", digests)
	}
}

func TestModelRefusesWhatCannotRun(t *testing.T) {
	b := newBench(t, time.Minute)
	b.start(nil, func(c *Config) { c.Runner = nil })
	b.publish(task(1, func(o *protocol.TaskMessage) { o.Parameters = values("numint.n_trials=10", "numint.every_n=3") }))
	if o := receive(b, b.outcomes); o.Class != protocol.Invalid || !strings.Contains(o.Error, "every_n") {
		t.Errorf("outcome %+v", o.Outcome)
	}
}

// A long task is given back soon.
func TestModelIsDrainedInTheMiddle(t *testing.T) {
	b := newBench(t, time.Minute)
	w := b.start(nil, func(c *Config) { c.Runner = nil })
	o := task(1, func(o *protocol.TaskMessage) { o.Parameters = values("numint.n_trials=500") })
	b.publish(o)
	b.event(o, protocol.EventStarted)
	b.drained(w)
	b.event(o, protocol.EventReturned)
	if names := b.left("incoming"); len(names) > 0 {
		t.Errorf("files remain: %v", names)
	}
}

// BenchmarkTinyAttempt is the smallest task there is, and one of 27 stimuli, from the
// order to the result on the disk.
func BenchmarkTinyAttempt(b *testing.B) {
	for _, perAxis := range []int{1, 3} {
		b.Run(fmt.Sprintf("stimuli=%d", perAxis*perAxis*perAxis), func(b *testing.B) {
			tiny := sweeps.Task{ID: sweeps.ID{1}, Experiment: sim.Approximate, Seed: 1,
				Parameters: sim.Resolve(sim.Approximate, values("ng.exc.n_per_axis=2", fmt.Sprint("inp.n_stimuli=", perAxis), "numint.n_trials=1"))}
			runner, path := Model(), b.TempDir()+"/result.h5"
			for b.Loop() {
				_, err := runner.Run(b.Context(), &Job{Task: &tiny, Path: path}, func(sim.Progress) {})
				check(b, err)
				check(b, os.Remove(path))
			}
		})
	}
}
