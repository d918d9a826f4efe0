package sharing

import (
	"context"
	"errors"
	"io/fs"
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
		Long: `Unpack a file that ` + "`eisweep pack`" + ` wrote, each sweep into a directory of its name. Every
result is compared with the manifest, by its size, SHA-256 and digest, before a
directory gets its name. A pack that is damaged, or not one that eisweep writes, is
refused and leaves nothing behind. Nothing is replaced.

The directories work by themselves: give their path to show, status, verify and table.
In a root, they are sweeps of the root.`,
		Example: `  eisweep unpack my.tar.zst
  eisweep unpack my.tar.zst --to /data/shared
  eisweep table ./my`,
		Args: cli.ExactlyOne("the file of a packed sweep"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return cli.OrInterrupted(cmd.Context(), unpack(cmd.Context(), e, args[0], to))
		},
	}
	cmd.Flags().StringVar(&to, "to", ".", "the `DIR` in which the sweeps' directories are made")
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
