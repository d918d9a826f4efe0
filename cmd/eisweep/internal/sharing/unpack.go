package sharing

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/atomicfile"
	"eisweep/internal/pack"
)

// NewUnpackCommand is `eisweep unpack`.
func NewUnpackCommand(e *cli.Env) *cobra.Command {
	var to string
	cmd := &cobra.Command{
		Use:   "unpack FILE",
		Short: "Unpack and verify a packed sweep",
		Long: `Unpack a file that ` + "`eisweep pack`" + ` wrote. Each sweep gets a directory with its name, once
every result matches the manifest in size, SHA-256, digest, parameters, seed and
experiment. A damaged pack, or one that eisweep would not write, is refused and leaves
nothing behind. Existing directories are never replaced.

An unpacked directory needs no root: give its path to show, status, verify, table, plot or
report. If it is unpacked into a root, it is a sweep of that root.`,
		Example: `  eisweep unpack tuning.tar.zst
  eisweep unpack tuning.tar.zst --to /data/shared
  eisweep table ./tuning`,
		Args: cli.ExactlyOne("the file of a packed sweep"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return cli.OrInterrupted(cmd.Context(), unpack(cmd.Context(), e, args[0], to))
		},
	}
	cmd.Flags().StringVar(&to, "to", ".", "create the directories of the sweeps in `DIR`")
	cmd.MarkFlagDirname("to")
	return cmd
}

func unpack(ctx context.Context, e *cli.Env, path, to string) error {
	f, err := atomicfile.OpenLinked(path)
	if errors.Is(err, fs.ErrNotExist) {
		return cli.Usagef("%w", err)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if info, err := os.Stat(to); errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return cli.Usagef("--to %s: there is no directory of that name; create it first", to)
	}
	prober, err := cli.NewProber()
	if err != nil {
		return err
	}
	found, err := pack.Unpack(ctx, f, to, prober)
	switch {
	case errors.Is(err, pack.ErrRefused):
		return cli.Errorf(cli.ExitStorage, "unpack %s: %w; nothing was unpacked", path, err)
	case errors.Is(err, fs.ErrExist), errors.Is(err, fs.ErrNotExist):
		return cli.Usagef("%w", err)
	case err != nil:
		return err
	}
	for _, s := range found {
		e.Linef("%s: %s unpacked and verified", s.Name, cli.Count(s.Results, "result"))
		e.Linef("  read them with: eisweep table %s", cli.ShellQuote(shown(s.Dir)))
	}
	return nil
}

// shown is a path that commands take as one of a directory: with a slash.
func shown(dir string) string {
	if filepath.IsAbs(dir) {
		return dir
	}
	return "./" + filepath.Clean(dir)
}
