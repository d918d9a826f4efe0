package analysis

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/coordinator/catalog"
	"eisweep/coordinator/records"
	"eisweep/internal/atomicfile"
	"eisweep/internal/manifest"
	"eisweep/internal/results"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// Choice holds the sweeps, directories and files that a command reads.
type Choice struct {
	Root selection.Root

	prober   results.Prober
	found    []Result
	left     []leftOut
	unread   error         // why results could not be looked at
	launched string        // the file of the sweep that was read last
	sweep    *sweeps.Sweep // that sweep; nil if its launch is not known
	dir      string        // its directory
	around   *root.Root    // the directory that holds it
	opened   *root.Root
	givenAt  map[string]bool // the sweeps and files that were given, each once
}

// leftOut is a result that cannot be used, and why.
type leftOut struct{ name, why string }

// AddFlags adds --path and the completion of arguments.
func (c *Choice) AddFlags(e *cli.Env, cmd *cobra.Command) {
	c.Root.AddFlag(cmd)
	cmd.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return selection.LaunchedNames(e, &c.Root)(), cobra.ShellCompDirectiveDefault
	}
}

// read finds the tasks of the sweeps and the files that the arguments name. An argument that contains a slash or ends in .h5 is the
// path of a result file or of a sweep's directory, such as a copy. Any other argument is the name of a sweep.
func (c *Choice) read(ctx context.Context, e *cli.Env, args []string) error {
	prober, err := cli.NewProber()
	if err != nil {
		return err
	}
	c.prober, c.givenAt = prober, map[string]bool{}
	for _, arg := range args {
		switch info, err := os.Stat(arg); {
		case !isPath(arg):
			if err := c.addSweep(ctx, e, arg); err != nil {
				return cli.OrInterrupted(ctx, err)
			}
		case err != nil:
			c.leaveOut(arg, reason(err))
		case info.IsDir():
			if err := c.addDirectory(ctx, e, arg); err != nil {
				return cli.OrInterrupted(ctx, err)
			}
		default:
			c.addFile(arg)
		}
	}
	return nil
}

func isPath(arg string) bool {
	return strings.Contains(arg, "/") || strings.HasSuffix(arg, ".h5") || arg == "." || arg == ".."
}

// reason is what an error of the system says, without the path.
func reason(err error) string {
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		err = path.Err
	}
	return err.Error()
}

func (c *Choice) leaveOut(name, why string) { c.left = append(c.left, leftOut{name, why}) }

// first reports whether a sweep or file is given for the first time.
func (c *Choice) first(path string) bool {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	was := c.givenAt[path]
	c.givenAt[path] = true
	return !was
}

func (c *Choice) addFile(path string) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		c.leaveOut(path, err.Error())
	} else if c.first(absolute) {
		c.found = append(c.found, Result{Name: path, Path: absolute, State: string(catalog.StateDone)})
	}
}

// addSweep adds the tasks of a sweep of the root.
func (c *Choice) addSweep(ctx context.Context, e *cli.Env, name string) (err error) {
	if c.opened == nil {
		if c.opened, err = c.Root.Open(e); err != nil {
			return err
		}
	}
	if err := selection.RequireLaunched(c.opened, []string{name}); err != nil {
		return err
	}
	dir := c.opened.SweepDir(name)
	if !c.first(dir) {
		return nil
	}
	c.around = c.opened
	status, err := catalog.ReadLaunch(ctx, c.opened, c.prober, name)
	if err != nil && ctx.Err() == nil {
		if why := catalog.MissingSource(c.opened, name, err); why != nil {
			return c.addByManifest(e, c.opened, dir, name, why)
		}
	}
	if err != nil {
		return err
	}
	c.addStatus(name, dir, status)
	return nil
}

func (c *Choice) addStatus(name, dir string, status *catalog.SweepStatus) {
	c.unread, c.launched = errors.Join(c.unread, status.Unread), string(status.Sweep.TOML())
	c.sweep, c.dir = status.Sweep, dir
	conditional := status.Sweep.Conditional()
	for i := range status.Tasks {
		r := newTask(name, &status.Tasks[i])
		r.conditional = conditional
		c.add(r, dir)
	}
}

// add adds a task, whose result is in a directory if it is done.
func (c *Choice) add(r Result, dir string) {
	switch r.State {
	case string(catalog.StateDone):
		r.Path = filepath.Join(dir, r.Name)
	case missing:
		c.leaveOut(filepath.Join(dir, r.Name), "the file is missing")
	case damaged:
		c.leaveOut(filepath.Join(dir, r.Name), "the file is not what the manifest says")
	}
	c.found = append(c.found, r)
}

// addDirectory adds the tasks of a sweep by the path of its directory, which may be a copy. The error is that of ctx.
func (c *Choice) addDirectory(ctx context.Context, e *cli.Env, dir string) error {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		c.leaveOut(dir, err.Error())
		return nil
	}
	if !c.first(absolute) {
		return nil
	}
	name := filepath.Base(absolute)
	around, err := root.OpenToPlan(filepath.Dir(absolute))
	if c.around = around; err == nil {
		var status *catalog.SweepStatus
		if status, err = catalog.ReadLaunch(ctx, around, c.prober, name); err == nil {
			c.addStatus(name, absolute, status)
			return nil
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if manifestErr := c.addByManifest(e, around, absolute, name, err); manifestErr != nil {
		c.leaveOut(dir, "it is not the directory of a sweep: "+manifestErr.Error())
	}
	return nil
}

// addByManifest adds the tasks of a directory that lies in around, which may be nil, by its manifest, and notes why.
func (c *Choice) addByManifest(e *cli.Env, around *root.Root, dir, name string, why error) error {
	if err := c.addManifest(dir, name); err != nil {
		return err
	}
	if around == nil {
		selection.NoteByManifest(e, dir, why)
		return nil
	}
	selection.NoteByManifest(e, dir, cmp.Or(catalog.MissingSource(around, name, why), why))
	if s, err := records.Launched(around, name); err == nil {
		c.sweep, c.launched = s, string(s.TOML())
	}
	return nil
}

// addManifest adds the tasks of a directory by its manifest alone: the launch is missing, or needs a source that is not there.
func (c *Choice) addManifest(dir, name string) error {
	last := map[sweeps.ID]*manifest.Line{}
	var order []sweeps.ID
	for line, err := range manifest.Read(filepath.Join(dir, "manifest.jsonl")) {
		if err != nil {
			return err
		}
		if last[line.ID] == nil {
			order = append(order, line.ID)
		}
		last[line.ID] = &line
	}
	if len(order) == 0 {
		return errors.New("it has no manifest.jsonl with results")
	}
	c.dir = dir
	for _, id := range order {
		if last[id].State != manifest.Superseded {
			c.add(newLine(dir, name, last[id]), dir)
		}
	}
	return nil
}

// newLine is a task by a line of its manifest.
func newLine(dir, sweep string, l *manifest.Line) Result {
	r := Result{Sweep: sweep, Name: l.File, ID: l.ID, Experiment: l.Experiment, Seed: &l.Seed, Varying: l.Parameters, State: string(l.State),
		Line: l, Quality: l.Quality}
	if l.State == manifest.Done {
		info, err := os.Lstat(filepath.Join(dir, l.File))
		switch {
		case err != nil && !atomicfile.IsRefused(err):
			r.State = missing
		case err == nil && (!info.Mode().IsRegular() || info.Size() != l.Bytes):
			r.State = damaged
		}
	}
	return r
}

// namesShown is how many of the results that are left out are named.
const namesShown = 10

// report names what was left out, and returns the error that makes the exit code say so.
func (c *Choice) report(e *cli.Env) error {
	if len(c.left) == 0 {
		return c.unread
	}
	for _, l := range c.left[:min(len(c.left), namesShown)] {
		e.Notef("left out: %s: %s", l.name, cli.FirstLine(l.why))
	}
	if more := len(c.left) - namesShown; more > 0 {
		e.Notef("left out: … and %d more", more)
	}
	return errors.Join(c.unread, &cli.ExitError{Code: cli.ExitStorage})
}
