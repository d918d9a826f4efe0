package retire

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/cmd/eisweep/internal/sharing"
	"eisweep/coordinator/removal"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/pack"
	"eisweep/internal/results"
)

// NewArchiveCommand is `eisweep archive`.
func NewArchiveCommand(e *cli.Env) *cobra.Command {
	var x archiver
	cmd := &cobra.Command{
		Use:   "archive SWEEP",
		Short: "Pack a sweep into one file and remove it from the root",
		Long: `Pack a sweep into one file as ` + "`pack`" + ` does, unpack that file again to verify every result,
and then remove the sweep from the root as ` + "`remove`" + ` does. If anything fails, the sweep
stays. The root records where the pack is; ` + "`unpack FILE --to ROOT`" + ` restores the sweep.

The pack contains the results of the latest launch. Superseded results and results of
earlier launches are removed without being packed. To verify the pack, the command needs as
much free space beside the file as the sweep takes.`,
		Example: `  eisweep archive tuning -o /archive/tuning.tar.zst
  eisweep unpack /archive/tuning.tar.zst --to ~/experiments/ei-assemblies`,
		Args: cli.ExactlyOne("the name of a sweep"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return cli.OrInterrupted(cmd.Context(), x.run(cmd.Context(), e, args[0]))
		},
	}
	x.addFlags(cmd, e)
	cmd.Flags().StringVarP(&x.output, "output", "o", "", "the `FILE` to write, which must not exist (default: SWEEP.tar.zst)")
	cmd.ValidArgsFunction = cli.CompleteFirst(selection.LaunchedNames(e, &x.choice))
	return cmd
}

// archiver packs a sweep and removes it.
type archiver struct {
	remover
	output string
}

func (x *archiver) run(ctx context.Context, e *cli.Env, name string) error {
	if x.output == "" {
		x.output = name + ".tar.zst"
	}
	output, err := filepath.Abs(x.output)
	if err != nil {
		return cli.WithCode(cli.ExitStorage, err)
	}
	if err := x.examine(ctx, e, []string{name}); err != nil {
		return err
	}
	if err := x.checkOutput(name, output); err != nil {
		return err
	}
	note := &control.Archived{File: output, User: control.ThisUser().User}
	if note.Manifest, err = removal.ManifestSum(x.root, name); err != nil {
		return err
	}
	if err := sharing.Pack(ctx, e, x.root, name, output); err != nil {
		return err
	}
	if note.Results, err = verify(ctx, output); err != nil {
		return cli.Errorf(cli.ExitStorage, "%s cannot be verified, so %s stays: %w", output, name, err)
	}
	if note.SHA256, note.Bytes, err = results.HashFile(output); err != nil {
		return cli.WithCode(cli.ExitStorage, err)
	}
	if note.Host, err = os.Hostname(); err != nil {
		return err
	}
	note.At = time.Now().UTC()
	if _, err := x.ask(ctx, e, control.Remove{Sweeps: []string{name}, Archived: note}); err != nil {
		return err
	}
	e.Linef("%s: verified, and removed from %s", name, x.root.Path())
	e.Linef("to have it back: eisweep unpack %s --to %s", cli.ShellQuote(output), cli.ShellQuote(x.root.Path()))
	return nil
}

// checkOutput refuses a file in a directory that is removed with the sweep, or that the program empties by itself. Links lead nowhere else.
func (x *archiver) checkOutput(name, output string) error {
	directory, err := filepath.EvalSymlinks(filepath.Dir(output))
	if err != nil {
		return nil // packing says what is wrong
	}
	for {
		is, err := os.Stat(directory)
		if err != nil {
			return cli.WithCode(cli.ExitStorage, err)
		}
		for _, removed := range []string{x.root.SweepDir(name), x.root.Private()} {
			if there, err := os.Stat(removed); err == nil && os.SameFile(is, there) {
				return cli.Usagef("%s is in %s and would be removed with it: name a file elsewhere with -o", output, removed)
			}
		}
		above := filepath.Dir(directory)
		if above == directory {
			return nil
		}
		directory = above
	}
}

// verify unpacks a pack beside it, which checks every result, and returns their number.
func verify(ctx context.Context, path string) (n int, err error) {
	f, err := atomicfile.OpenLinked(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	prober, err := cli.NewProber()
	if err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp(filepath.Dir(path), ".eisweep-verify-")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	found, err := pack.Unpack(ctx, f, dir, prober)
	for _, s := range found {
		n += s.Results
	}
	return n, err
}
