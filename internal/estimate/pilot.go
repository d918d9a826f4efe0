package estimate

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"eisweep/sim"
	"eisweep/sweeps"
)

// Pilot measures the steps of stimuli and the time of a step on this machine, by computing small parts of representative tasks. It
// uses all cores at once, as a run does, and CPU time, which other programs influence little.
type Pilot struct {
	Time  time.Duration // about how long it may take if it has the cores to itself; beside other programs, up to three times as long
	Cores int
	// Network returns the trained network of a PERTURB task; nil if it is not there yet, and then an untrained one takes its place.
	Network func(ctx context.Context, t *sweeps.Task) (*sim.Source, error)

	cache sim.Cache
}

// Measured is the result of a Pilot.
type Measured struct {
	Machine float64 // how many times as long this machine takes as the one that the constants of cost.go come from
	Points  map[Point]*Observation
}

// Measure measures points of the tasks, the ones with the most work first and longest. Points that fail numerically at once, or for
// which there is no time, are missing from the result. The error is the context's.
func (p *Pilot) Measure(ctx context.Context, t *Tally) (*Measured, error) {
	m := &Measured{Machine: 1, Points: map[Point]*Observation{}}
	chosen := t.representatives()
	if len(chosen) == 0 {
		return m, nil
	}
	limited, cancel := context.WithTimeout(ctx, 3*p.Time)
	defer cancel()
	cores := min(p.Cores, len(chosen))
	queue := newShareQueue(chosen, cores, float64(cores)*p.Time.Seconds(), 5*p.Time/2)
	var machine []float64
	var mu sync.Mutex
	var working sync.WaitGroup
	for range cores {
		working.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			start := threadTime()
			factor := machineFactor(limited)
			queue.took(threadTime()-start, 0)
			mu.Lock()
			machine = append(machine, factor)
			mu.Unlock()
			for s, seconds := queue.next(); s != nil; s, seconds = queue.next() {
				start := threadTime()
				o := p.observe(limited, s, seconds)
				queue.took(threadTime()-start, seconds)
				if o != nil {
					mu.Lock()
					m.Points[s.point] = o
					mu.Unlock()
				}
			}
		})
	}
	working.Wait()
	m.Machine = slices.Min(machine) // of the least disturbed
	return m, ctx.Err()
}

// machineFactor compares the set-up of a small network with that on the machine of the constants in cost.go; 1 if there is no time.
func machineFactor(ctx context.Context) float64 {
	task := &sim.Task{Experiment: sim.Approximate, Seed: 1, Parameters: sim.Defaults(sim.Approximate)}
	task.Parameters.Ng.Exc.NPerAxis, task.Parameters.Inp.NStimuli, task.Parameters.Numint.NTrials, task.Parameters.Numint.EveryN = 4, 6, 1, 1
	least := 0.0
	for range 20 {
		start := threadTime()
		if _, err := sim.NewSampler(ctx, task); err != nil {
			return 1
		}
		if took := threadTime() - start; least == 0 || took < least {
			least = took
		}
	}
	return least / setupTime
}

// threadTime is the CPU time of this thread in seconds.
func threadTime() float64 {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		return 0 // no kernel that Go supports refuses this clock
	}
	return time.Duration(t.Nano()).Seconds()
}
