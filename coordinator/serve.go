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
	"eisweep/coordinator/workers"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/natsserver"
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
func (k *Coordinator) Serve() (stop func(), err error) {
	verifying := newShared[control.Verified](verifiesAtATime)
	handlers := map[string]control.Handler{
		control.VerbPing:     control.Handle(k.pong),
		control.VerbLaunch:   control.Handle(takeTurns(k.serveLaunch)),
		control.VerbSnapshot: control.Handle(func(context.Context, control.Nothing) (control.Snapshot, error) { return k.Snapshot(), nil }),
		control.VerbSummary:  control.Handle(func(ctx context.Context, r control.Steer) (control.Summary, error) { return k.Summary(ctx, r.Sweeps) }),
		control.VerbPause:    control.Handle(k.steered(k.Pause)),
		control.VerbResume:   control.Handle(k.steered(k.Resume)),
		control.VerbCancel:   control.Handle(k.steered(k.Cancel)),
		control.VerbWorkers:  control.Handle(func(context.Context, control.Nothing) (control.Workers, error) { return k.Workers(), nil }),
		control.VerbDrain:    control.Handle(func(ctx context.Context, r control.Drain) (control.Drained, error) { return k.Drain(ctx, r) }),
		control.VerbExplain: control.Handle(func(ctx context.Context, r control.Explain) (control.Explained, error) {
			return k.Explain(ctx, r.Target)
		}),
		control.VerbClean: control.Handle(func(_ context.Context, r control.Clean) (control.Cleaned, error) { return k.Clean(r) }),
		control.VerbVerify: control.Handle(func(ctx context.Context, r control.Steer) (control.Verified, error) {
			names := slices.Compact(slices.Sorted(slices.Values(r.Sweeps)))
			return verifying.do(ctx, keyOf(names), func(ctx context.Context) (control.Verified, error) { return k.Verify(ctx, names) })
		}),
	}
	maps.Copy(handlers, k.config.Verbs)
	discovered := make(chan struct{})
	time.AfterFunc(workers.Discovery, func() { close(discovered) })
	k.workersDiscovered = discovered
	return control.Serve(k.config.Queue, handlers, refusal)
}

// keyOf makes a key that distinguishes one list of names from every other, whatever a request has in place of
// names.
func keyOf(names []string) string { return fmt.Sprintf("%q", names) }

func (k *Coordinator) steered(f func(context.Context, []string) (control.Steered, error)) func(context.Context, control.Steer) (control.Steered, error) {
	return func(ctx context.Context, r control.Steer) (control.Steered, error) {
		return f(control.Committed(ctx), r.Sweeps)
	}
}

func (k *Coordinator) pong(context.Context, control.Nothing) (control.Pong, error) {
	host, err := os.Hostname()
	return control.Pong{Host: host, PID: os.Getpid(), Version: k.config.Version, Since: k.begun}, err
}

// takeTurns limits the number of launches in progress.
func takeTurns(launch func(context.Context, control.Launch) (control.Plan, error)) func(context.Context, control.Launch) (control.Plan, error) {
	turns := make(chan struct{}, launchesAtATime)
	return func(ctx context.Context, r control.Launch) (control.Plan, error) {
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
func (k *Coordinator) serveLaunch(ctx context.Context, r control.Launch) (control.Plan, error) {
	order, err := readOrder(ctx, r)
	if err != nil {
		return control.Plan{}, err
	}
	var planned *plan.Plan
	if r.Dry {
		planned, err = k.Plan(ctx, order)
	} else {
		planned, err = k.Launch(ctx, order)
	}
	if err != nil {
		return control.Plan{}, err
	}
	return planned.Summary(), nil
}

// maxFaulty is the maximum number of files of a request whose faults are reported.
const maxFaulty = 20

func readOrder(ctx context.Context, r control.Launch) (plan.Request, error) {
	order := plan.Request{Supersede: r.Supersede, Priority: r.Priority, KeepFile: r.KeepFile}
	var faults []error
	names := map[string]bool{}
	for _, file := range r.Sweeps {
		if ctx.Err() != nil || len(faults) == maxFaulty {
			return order, errors.Join(append(faults, ctx.Err())...)
		}
		s, err := sweeps.Parse(file.Path, []byte(file.TOML))
		if err == nil && names[s.Name()] {
			err = &control.Refusal{Kind: control.Input, Text: fmt.Sprintf("%s: another sweep is also named %q, and both would share a folder", sim.Excerpt(file.Path), s.Name())}
		}
		if err != nil {
			faults = append(faults, err)
			continue
		}
		names[s.Name()] = true
		order.Sweeps = append(order.Sweeps, s)
	}
	if r.Rerun != nil {
		choice, err := plan.NewChoice(*r.Rerun)
		if err != nil {
			err = &control.Refusal{Kind: control.Input, Text: err.Error()}
		}
		order.Rerun, faults = choice, append(faults, err)
	}
	if len(r.Sweeps) == 0 {
		faults = append(faults, &control.Refusal{Kind: control.Input, Text: "no sweep is named"})
	}
	return order, errors.Join(faults...)
}

// refusal tells the requester why the request was not carried out.
func refusal(err error) *control.Refusal {
	var told *control.Refusal
	var faults *sweeps.Faults
	var inTheWay *plan.SupersedeError
	switch {
	case errors.As(err, &faults):
		return &control.Refusal{Kind: control.Input, Text: err.Error()}
	case errors.As(err, &told):
		return told
	case errors.As(err, &inTheWay):
		return &control.Refusal{Kind: control.InTheWay, Text: err.Error(), Count: inTheWay.Count, Sweep: inTheWay.Sweep}
	case errors.Is(err, fs.ErrNotExist):
		return &control.Refusal{Kind: control.Unknown, Text: err.Error()}
	case errors.Is(err, natsserver.ErrStore), atomicfile.IsStorage(err):
		return &control.Refusal{Kind: control.Storage, Text: err.Error()}
	}
	return &control.Refusal{Kind: control.Internal, Text: err.Error()}
}
