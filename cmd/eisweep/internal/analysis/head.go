package analysis

import (
	"context"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/coordinator/catalog"
	"eisweep/internal/control"
	"eisweep/internal/root"
)

// Limits on what WriteHeads shows: rows of a sweep, sweeps, and tasks of a sweep, because it reads all of them.
const (
	headRows   = 5
	headSweeps = 3
	headTasks  = 20_000
)

// WriteHeads writes the first rows of the tables of sweeps that ended, and the command for the whole table. It adds to the output of
// another command, so it skips what it cannot read and returns no error.
func WriteHeads(ctx context.Context, e *cli.Env, path string, sum control.Summary) {
	r, err := root.OpenExisting(path)
	if err != nil {
		return
	}
	shown := 0
	for i := range sum.Sweeps {
		s := &sum.Sweeps[i]
		if s.Done == 0 || shown == headSweeps || ctx.Err() != nil {
			continue
		}
		shown++
		if s.Tasks > headTasks {
			e.Linef("measures of %s: eisweep table %s%s", s.Name, s.Name, e.RootFlag)
			continue
		}
		writeHead(ctx, e, r, s.Name)
	}
}

func writeHead(ctx context.Context, e *cli.Env, r *root.Root, name string) {
	prober, err := cli.NewProber()
	if err != nil {
		return
	}
	c := Choice{prober: prober}
	status, err := catalog.ReadSweep(ctx, r, prober, name)
	if err != nil {
		return
	}
	c.addStatus(name, r.SweepDir(name), status)
	values, err := c.measureSome(ctx, e, headRows)
	measured := func(row int) bool { return values[row] != nil }
	t := brief(newTable(c.found, values), nil).Where(measured)
	if err != nil || len(c.left) > 0 || t.Len() == 0 {
		return
	}
	e.Linef("first measures of %s; for all of them: eisweep table %s%s", name, name, e.RootFlag)
	_ = lines(e, "  ", t) // the command's own output keeps errors of writing
}
