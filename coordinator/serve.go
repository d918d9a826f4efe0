package coordinator

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"

	"eisweep/coordinator/plan"
	"eisweep/coordinator/records"
	"eisweep/coordinator/workers"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/natsserver"
	"eisweep/internal/problems"
	"eisweep/sim"
	"eisweep/sweeps"
)

// How many launches are read and planned at a time, which takes memory, and how many verifies
// run at a time, which keep the disk busy.
const (
	launchesAtATime = 2
	verifiesAtATime = 2
)

// Serve answers the requests of commands until stop is called, which waits for the requests in progress.
func (c *Coordinator) Serve() (stop func(), err error) {
	verifying := newShared[control.Verified](verifiesAtATime)
	handlers := map[string]control.Handler{
		control.VerbPing:     control.Handle(c.pong),
		control.VerbLaunch:   control.Handle(limitLaunches(c.serveLaunch)),
		control.VerbSnapshot: control.Handle(func(context.Context, control.Nothing) (control.Snapshot, error) { return c.Snapshot(), nil }),
		control.VerbSummary: control.Handle(func(ctx context.Context, r control.Steer) (control.Summary, error) {
			return c.Summary(ctx, r.Sweeps)
		}),
		control.VerbPause: control.Handle(steer(c.Pause)),
		control.VerbAdjust: control.Handle(func(ctx context.Context, r control.Adjust) (control.Adjusted, error) {
			return c.sweepControl.adjust(control.Committed(ctx), r)
		}),
		control.VerbResume:  control.Handle(steer(c.Resume)),
		control.VerbCancel:  control.Handle(steer(c.Cancel)),
		control.VerbWorkers: control.Handle(func(context.Context, control.Nothing) (control.Workers, error) { return c.Workers(), nil }),
		control.VerbDrain:   control.Handle(func(ctx context.Context, r control.Drain) (control.Drained, error) { return c.Drain(ctx, r) }),
		control.VerbExplain: control.Handle(func(ctx context.Context, r control.Explain) (control.Explained, error) {
			return c.Explain(ctx, r.Target)
		}),
		control.VerbProblems: control.Handle(func(ctx context.Context, _ control.Nothing) (problems.Report, error) {
			return c.Problems(ctx), nil
		}),
		control.VerbClean:  control.Handle(func(_ context.Context, r control.Clean) (control.Cleaned, error) { return c.Clean(r) }),
		control.VerbRemove: control.Handle(disposal{c}.remove),
		control.VerbRename: control.Handle(disposal{c}.rename),
		control.VerbVerify: control.Handle(func(ctx context.Context, r control.Steer) (control.Verified, error) {
			names := slices.Compact(slices.Sorted(slices.Values(r.Sweeps)))
			return verifying.do(ctx, keyOf(names), func(ctx context.Context) (control.Verified, error) { return c.Verify(ctx, names) })
		}),
	}
	maps.Copy(handlers, c.config.Verbs)
	discovered := make(chan struct{})
	time.AfterFunc(workers.Discovery, func() { close(discovered) })
	c.workersDiscovered = discovered
	return control.Serve(c.config.Queue, handlers, refusal)
}

// keyOf makes a key that distinguishes one list of names from every other, whatever a request has in place of
// names.
func keyOf(names []string) string { return fmt.Sprintf("%q", names) }

// steer answers a request by a function that takes the names of sweeps, and does what it does also if nobody waits.
func steer(f func(context.Context, []string) (control.Steered, error)) func(context.Context, control.Steer) (control.Steered, error) {
	return func(ctx context.Context, r control.Steer) (control.Steered, error) {
		return f(control.Committed(ctx), r.Sweeps)
	}
}

func (c *Coordinator) pong(context.Context, control.Nothing) (control.Pong, error) {
	host, err := os.Hostname()
	return control.Pong{Host: host, PID: os.Getpid(), Version: c.config.Version, Since: c.begun}, err
}

type launchHandler func(context.Context, control.LaunchRequest) (control.Plan, error)

// limitLaunches limits the number of launches in progress.
func limitLaunches(launch launchHandler) launchHandler {
	turns := make(chan struct{}, launchesAtATime)
	return func(ctx context.Context, r control.LaunchRequest) (control.Plan, error) {
		select {
		case turns <- struct{}{}:
			defer func() { <-turns }()
			return launch(ctx, r)
		case <-ctx.Done():
			return control.Plan{}, ctx.Err()
		}
	}
}

// serveLaunch carries out a launch request that came as text.
func (c *Coordinator) serveLaunch(ctx context.Context, r control.LaunchRequest) (control.Plan, error) {
	request, err := readRequest(ctx, r)
	if err != nil {
		return control.Plan{}, err
	}
	var planned *plan.Plan
	if r.Dry {
		planned, err = c.Plan(ctx, request)
	} else {
		planned, err = c.Launch(ctx, request)
	}
	if err != nil {
		return control.Plan{}, err
	}
	out := planned.Summary()
	out.Hooks = request.Hooks != nil
	return out, nil
}

// maxFaulty is the maximum number of files of a request whose faults are reported.
const maxFaulty = 20

func readRequest(ctx context.Context, r control.LaunchRequest) (plan.Request, error) {
	request := plan.Request{Supersede: r.Supersede, Drop: r.Drop, Priority: r.Priority, MaxRunning: r.MaxRunning, KeepFile: r.KeepFile,
		Hooks: r.Hooks}
	var faults []error
	names := map[string]bool{}
	for _, file := range r.Sweeps {
		if ctx.Err() != nil || len(faults) == maxFaulty {
			return request, errors.Join(append(faults, ctx.Err())...)
		}
		s, err := sweeps.Parse(file.Path, []byte(file.TOML))
		if err == nil && names[s.Name()] {
			err = &control.Refusal{Kind: control.Input, Text: fmt.Sprintf("%s: another sweep is also named %q, and both would share a directory",
				sim.Excerpt(file.Path), s.Name())}
		}
		if err != nil {
			faults = append(faults, err)
			continue
		}
		names[s.Name()] = true
		request.Sweeps = append(request.Sweeps, s)
	}
	if r.Rerun != nil {
		choice, err := plan.NewChoice(*r.Rerun)
		if err != nil {
			err = &control.Refusal{Kind: control.Input, Text: err.Error()}
		}
		request.Rerun, faults = choice, append(faults, err)
	}
	if len(r.Sweeps) == 0 {
		faults = append(faults, &control.Refusal{Kind: control.Input, Text: "no sweep is named"})
	}
	return request, errors.Join(faults...)
}

// refusal is what the requester learns of why a request was not carried out.
func refusal(err error) *control.Refusal {
	var refused *control.Refusal
	var faults *sweeps.Faults
	var inTheWay *plan.SupersedeError
	var dropping *plan.DropError
	switch {
	case errors.As(err, &faults):
		return &control.Refusal{Kind: control.Input, Text: err.Error()}
	case errors.As(err, &refused):
		return refused
	case errors.As(err, &inTheWay):
		return &control.Refusal{Kind: control.InTheWay, Text: err.Error(), Count: inTheWay.Count, Sweep: inTheWay.Sweep}
	case errors.As(err, &dropping):
		return &control.Refusal{Kind: control.Drops, Text: err.Error(), Count: len(dropping.Sweeps), Sweep: dropping.Sweeps[0].Name,
			Source: dropping.Sweeps[0].DroppedSource}
	case errors.Is(err, fs.ErrNotExist):
		return &control.Refusal{Kind: control.Unknown, Text: err.Error()}
	case errors.Is(err, natsserver.ErrStore), atomicfile.IsStorage(err), errors.As(err, new(*records.DamagedError)):
		return &control.Refusal{Kind: control.Storage, Text: err.Error()}
	}
	return &control.Refusal{Kind: control.Internal, Text: err.Error()}
}
