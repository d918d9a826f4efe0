package main

import (
	"context"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/inspect"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/internal/control"
)

// pointsMost is how many tasks a sweep may have for its points to be told while
// the coordinator could tell of it at once.
const pointsMost = 20_000

// sweep tells of one sweep: from the folder in full, of a large one that the
// coordinator knows only what it says.
func (s *statusView) sweep(ctx context.Context, e *cli.Env, name string) error {
	if err := selection.RequireLaunched(s.root, []string{name}); err != nil {
		return err
	}
	state := inspect.StateOf(&s.snapshot, name)
	var v *inspect.SweepView
	var err error
	if state != nil && state.Tasks > pointsMost && !s.all {
		v, err = s.brief(ctx, e, state)
	} else {
		v, err = inspect.ReadSweepView(ctx, s.root, name, &s.snapshot)
	}
	if err != nil {
		return cli.OrInterrupted(ctx, err)
	}
	if s.asJSON {
		err = v.Encode(e)
	} else {
		err = v.Write(e, s.all)
	}
	if err == nil && (v.Unread() || s.unseen) {
		err = &cli.ExitError{Code: cli.ExitStorage}
	}
	return err
}

// brief is what the coordinator alone tells.
func (s *statusView) brief(ctx context.Context, e *cli.Env, state *control.SweepState) (*inspect.SweepView, error) {
	sum, err := client.Ask[control.Summary](ctx, s.client, control.VerbSummary, control.Steer{Sweeps: []string{state.Name}})
	if err != nil {
		return nil, err
	}
	e.Notef("%s has more than %d tasks; use --all to list its points", state.Name, pointsMost)
	return inspect.BriefSweepView(s.root, state, &s.snapshot, &sum), nil
}
