package selection

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/root"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
)

// Root is the choice of the directory of results: --path, else EISWEEP_ROOT, else the directory of the published program.
type Root struct{ dir string }

// AddFlag adds --path.
func (c *Root) AddFlag(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&c.dir, "path", "p", "", "root `DIRECTORY` of results (default: $EISWEEP_ROOT, else ~/experiments/ei-assemblies)")
	cmd.MarkFlagDirname("path")
}

// Path returns the absolute path of the root and where the choice came from.
func (c *Root) Path(e *cli.Env) (path, from string, err error) {
	path, from = c.dir, "--path"
	if path == "" {
		path, from = e.Getenv("EISWEEP_ROOT"), "EISWEEP_ROOT"
	}
	if path == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", "", cli.Usagef("no root: there is no home directory (%v); give --path DIR or set EISWEEP_ROOT", err)
		}
		path, from = filepath.Join(home, "experiments", "ei-assemblies"), "default"
	}
	if path, err = expandHome(path, from); err != nil {
		return "", "", err
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", "", cli.Errorf(cli.ExitStorage, "name root: %w", err)
	}
	if strings.ContainsFunc(absolute, unicode.IsControl) || !utf8.ValidString(absolute) {
		return "", "", cli.Usagef("%s: the path contains a control character or is not UTF-8: %q", from, absolute)
	}
	if len(absolute) >= unix.PathMax {
		return "", "", cli.Usagef("%s: the path has %d bytes; Linux allows %d: %s", from, len(absolute), unix.PathMax-1, absolute)
	}
	return absolute, from, nil
}

// expandHome expands a ~ that no shell has expanded, such as one in quotes or in a file of variables. It does not look up the
// homes of other users.
func expandHome(path, from string) (string, error) {
	first, rest, _ := strings.Cut(path, "/")
	switch {
	case !strings.HasPrefix(first, "~"):
		return path, nil
	case first != "~":
		return "", cli.Usagef("%s: cannot expand %s, only ~ and ~/…: give an absolute path, or ./%s for a directory of that name",
			from, first, path)
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", cli.Usagef("%s: cannot expand %s, as there is no home directory (%v): give an absolute path", from, path, err)
	}
	return filepath.Join(home, rest), nil
}

// Open announces the root and opens it. It requires an existing root.
func (c *Root) Open(e *cli.Env) (*root.Root, error) {
	path, err := c.Announce(e)
	if err != nil {
		return nil, err
	}
	r, err := root.OpenExisting(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, cli.Usagef("%w", err)
	}
	return r, err
}

// OpenQuietly opens the root for completions, which print no errors; the result is then nil.
func (c *Root) OpenQuietly(e *cli.Env) *root.Root {
	path, _, err := c.Path(e)
	if err != nil {
		return nil
	}
	r, err := root.OpenExisting(path)
	if err != nil {
		return nil
	}
	return r
}

// Announce prints the path of the root to stderr, and where the choice came from.
func (c *Root) Announce(e *cli.Env) (string, error) {
	path, from, err := c.Path(e)
	if err != nil {
		return "", err
	}
	e.Notef("root: %s (%s)", path, from)
	if c.dir != "" {
		e.RootFlag = " -p " + cli.ShellQuote(c.dir)
	}
	return path, nil
}

// LaunchedNames completes the names of launched sweeps.
func LaunchedNames(e *cli.Env, choice *Root) func() []string {
	return func() []string {
		r := choice.OpenQuietly(e)
		if r == nil {
			return nil
		}
		names, err := r.Sweeps()
		if err != nil {
			return nil
		}
		return names
	}
}
