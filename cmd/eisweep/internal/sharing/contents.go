package sharing

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/coordinator/catalog"
	"eisweep/internal/pack"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// contents holds the sweeps that are packed.
type contents struct {
	root      *root.Root
	directory *selection.Directory // nil: the sweep was named
	list      []*pack.Sweep
}

// choose finds the sweep that an argument names, and its source.
func (o *packOptions) choose(ctx context.Context, e *cli.Env, arg string) (*contents, error) {
	c, name := &contents{}, arg
	if strings.Contains(arg, "/") || arg == "." || arg == ".." {
		directory, err := selection.OpenNamedDirectory(arg)
		if err != nil {
			return nil, err
		}
		c.root, c.directory, name = directory.Root, directory, directory.Name
	} else {
		opened, err := o.root.Open(e)
		if err != nil {
			return nil, err
		}
		if err := selection.RequireLaunched(opened, []string{arg}); err != nil {
			return nil, err
		}
		c.root = opened
	}
	status, err := c.add(ctx, e, name)
	if err != nil || !o.sources {
		return c, err
	}
	switch source := status.Sweep.SourceName(); {
	case source == "":
		e.Notef("%s has no source: --with-sources adds nothing", name)
	case status.Sweep.SourceIsPath():
		e.Notef("the source of %s, %s, is not a sweep, so it is not packed", name, source)
	default:
		if _, err := os.Stat(c.root.SweepDir(source)); err != nil {
			return nil, cli.Usagef("the source of %s is the sweep %s, which is not in %s", name, source, filepath.Dir(c.root.SweepDir(source)))
		}
		_, err = c.add(ctx, e, source)
	}
	return c, err
}

func (c *contents) read(ctx context.Context, e *cli.Env, name string) (*catalog.SweepStatus, error) {
	if c.directory != nil && c.directory.Name == name {
		return c.directory.Read(ctx, e)
	}
	return selection.ReadSweep(ctx, e, c.root, name)
}

// add adds a sweep of the root.
func (c *contents) add(ctx context.Context, e *cli.Env, name string) (*catalog.SweepStatus, error) {
	status, err := c.read(ctx, e, name)
	if err != nil {
		return nil, err
	}
	wanted, pending := map[sweeps.ID]bool{}, 0
	for i := range status.Tasks {
		t := &status.Tasks[i]
		switch {
		case t.Gone || t.Damaged:
			return nil, cli.Errorf(cli.ExitStorage, "pack %s: %s is missing or not what the manifest says: run or launch the sweep again "+
				"to recompute it", name, t.Task.File)
		case t.State == catalog.StatePending:
			pending++
		default:
			wanted[t.Task.ID] = true
		}
	}
	s, err := pack.NewSweep(status.Sweep.Name(), c.root.SweepDir(name), func(id sweeps.ID) bool { return wanted[id] })
	if errors.Is(err, pack.ErrNoResults) {
		return nil, cli.Usagef("%w", err)
	}
	if err != nil {
		return nil, err
	}
	if pending > 0 {
		e.Notef("%s of %s %s pending and not packed", cli.Count(pending, "task"), name, cli.Plural(pending, "is", "are"))
	}
	c.list = append(c.list, s)
	return status, status.Unread
}
