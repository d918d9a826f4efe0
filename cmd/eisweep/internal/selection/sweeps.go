package selection

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/sim"
	"eisweep/sweeps"
	"eisweep/sweeps/shipped"
)

// Sweeps is which sweeps to run, plan or launch: files, shipped sweeps or the published command line, with overrides.
type Sweeps struct {
	Root       Root
	experiment string
	trials     string
	settings   []string
	seeds      string
	addSeeds   string
	as         string
	source     string
}

// AddFlags adds the flags of the selection.
func (s *Sweeps) AddFlags(cmd *cobra.Command) {
	s.Root.AddFlag(cmd)
	f := cmd.Flags()
	f.StringVarP(&s.experiment, "experiment", "e", "",
		"run the shipped sweep of experiment `NAME` (APPROXIMATE, GRADIENT or PERTURB) instead of FILE|NAME")
	f.StringVarP(&s.trials, "trials", "n", "", "short for --set numint.n_trials=`N`")
	f.StringArrayVar(&s.settings, "set", nil, "set a parameter: `NAME=VALUE`, which becomes part of result file names; repeatable")
	f.StringVar(&s.seeds, "seeds", "", "`SEEDS` instead of those of the sweep, such as 1-10,15")
	f.StringVar(&s.addSeeds, "add-seeds", "", "`SEEDS` in addition to those of the sweep, as it was last launched")
	f.StringVar(&s.as, "as", "", "call the sweep `NAME` instead of its own name")
	f.StringVar(&s.source, "source", "",
		"trained networks for PERTURB: `SWEEP` is a sweep, or the path of a result file or a directory of them")
	cmd.RegisterFlagCompletionFunc("experiment", CompleteExperiments)
	cmd.RegisterFlagCompletionFunc("set", CompleteSettings)
}

// Load parses the selected sweeps and applies the overrides. One error reports all faults of all files.
func (s *Sweeps) Load(ctx context.Context, e *cli.Env, args []string) ([]*sweeps.Sweep, error) {
	args, err := s.sources(ctx, e, args)
	if err != nil {
		return nil, err
	}
	list, err := s.parseAll(ctx, e, args)
	overrides, overridesErr := s.readOverrides()
	if err := errors.Join(err, overridesErr); err != nil {
		return nil, err
	}
	return s.apply(e, list, overrides)
}

// sources returns the files and shipped sweeps to launch.
func (s *Sweeps) sources(ctx context.Context, e *cli.Env, args []string) ([]string, error) {
	switch {
	case s.experiment != "" && len(args) > 0:
		return nil, cli.Usagef("give -e %s or %s, not both: -e selects the shipped sweep of that experiment", s.experiment, args[0])
	case s.experiment != "":
		x, err := sim.ParseExperiment(s.experiment)
		if err != nil {
			return nil, cli.Usagef("%w", err)
		}
		args = []string{strings.ToLower(string(x))}
	case len(args) == 0:
		return nil, cli.Usagef("nothing to run: give a sweep file (my.toml), a shipped sweep (%s) or -e EXPERIMENT",
			strings.Join(shipped.Names(), ", "))
	case s.as != "" && len(args) > 1:
		return nil, cli.Usagef("--as needs exactly one sweep, but %d are given", len(args))
	}
	if s.experiment == string(sim.Perturb) && s.source == "" {
		root, _, err := s.Root.Path(e)
		if err != nil {
			return nil, err
		}
		if s.source, err = PickSource(ctx, e, root); err != nil {
			return nil, err
		}
	}
	return args, nil
}

// isFile distinguishes sweep files from names of shipped sweeps.
func isFile(arg string) bool { return strings.Contains(arg, "/") || strings.HasSuffix(arg, ".toml") }

func (s *Sweeps) parseAll(ctx context.Context, e *cli.Env, args []string) ([]*sweeps.Sweep, error) {
	var out []*sweeps.Sweep
	var faults []error
	from := map[string]string{}
	for _, arg := range args {
		sweep, err := s.parseOne(ctx, e, arg)
		if ctx.Err() != nil {
			return nil, cli.Cause(ctx)
		}
		if err != nil {
			faults = append(faults, err)
			continue
		}
		if other, ok := from[sweep.Name()]; ok {
			faults = append(faults, cli.Usagef("%s and %s are both named %q and would share a directory: "+
				"rename one (name = …), or launch it separately with --as", other, arg, sweep.Name()))
		}
		from[sweep.Name()] = arg
		out = append(out, sweep)
	}
	return out, errors.Join(faults...)
}

func (s *Sweeps) parseOne(ctx context.Context, e *cli.Env, arg string) (*sweeps.Sweep, error) {
	if !isFile(arg) {
		return s.named(e, arg)
	}
	text, err := readSweepFile(ctx, arg)
	if err != nil {
		return nil, err
	}
	return sweeps.Parse(arg, text)
}

// nearbyFileHint is the hint for a file whose name was taken for that of a shipped sweep.
func nearbyFileHint(arg string) string {
	for _, path := range []string{arg, arg + ".toml"} {
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			return fmt.Sprintf("; for the file in this directory write ./%s", path)
		} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return ""
		}
	}
	return ""
}

// readSweepFile reads a sweep file; Parse rejects one that is too large.
func readSweepFile(ctx context.Context, path string) ([]byte, error) {
	text, err := cli.ReadInput(ctx, "sweep file", path, sweeps.MaxFile)
	if errors.Is(err, fs.ErrNotExist) {
		if near := similarFile(path); near != "" {
			return nil, cli.Usagef("%w; did you mean %s?", err, near)
		}
	}
	return text, err
}

// similarFile returns the sweep file beside a path whose name is most similar to the path's; "" if none is.
func similarFile(path string) string {
	beside, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return ""
	}
	var names []string
	for _, entry := range beside {
		if name := entry.Name(); !entry.IsDir() && strings.HasSuffix(name, ".toml") {
			names = append(names, strings.TrimSuffix(name, ".toml"))
		}
	}
	near := sim.Nearest(strings.TrimSuffix(filepath.Base(path), ".toml"), names)
	if near == "" {
		return ""
	}
	return strings.TrimSuffix(path, filepath.Base(path)) + near + ".toml"
}
