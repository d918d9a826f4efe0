package sharing

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/internal/atomicfile"
	"eisweep/internal/pack"
	"eisweep/internal/root"
)

// NewPackCommand is `eisweep pack`.
func NewPackCommand(e *cli.Env) *cobra.Command {
	var o packOptions
	cmd := &cobra.Command{
		Use:   "pack SWEEP",
		Short: "Pack a sweep into one file",
		Long: `Pack a sweep into one file, to archive or share it: the results of its latest launch,
their manifest lines and the sweep file. Every result is compared with the manifest.
Packing the same sweep again gives the same bytes. ` + "`tar --zstd -tf FILE`" + ` lists the
contents.

SWEEP is the name of a sweep that was run, or the path of a sweep's directory. The
manifest includes the tasks that failed. Pending tasks are counted but not packed.

--with-sources also packs the sweep whose networks a PERTURB sweep starts from. A PERTURB
sweep can be read without its source, but not run again.`,
		Example: `  eisweep pack tuning -o tuning.tar.zst
  eisweep pack pushed --with-sources -o pushed.tar.zst`,
		Args: cli.ExactlyOne("the name or the directory of a sweep"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return cli.OrInterrupted(cmd.Context(), o.run(cmd.Context(), e, args[0]))
		},
	}
	o.root.AddFlag(cmd)
	cmd.Flags().StringVarP(&o.output, "output", "o", "", "the `FILE` to write, which must not exist (default: SWEEP.tar.zst)")
	cmd.Flags().BoolVar(&o.sources, "with-sources", false, "also pack the sweep that a PERTURB sweep starts from")
	cmd.ValidArgsFunction = cli.CompleteFirst(selection.LaunchedNames(e, &o.root))
	return cmd
}

type packOptions struct {
	root    selection.Root
	output  string
	sources bool
}

func (o *packOptions) run(ctx context.Context, e *cli.Env, arg string) error {
	c, err := o.choose(ctx, e, arg)
	if err != nil {
		return err
	}
	return c.write(ctx, e, cmp.Or(o.output, c.list[0].Name+".tar.zst"))
}

// Pack packs the latest launch of a sweep of a root into a file.
func Pack(ctx context.Context, e *cli.Env, r *root.Root, sweep, output string) error {
	c := &contents{root: r}
	if _, err := c.add(ctx, e, sweep); err != nil {
		return err
	}
	return c.write(ctx, e, output)
}

// write writes the pack.
func (c *contents) write(ctx context.Context, e *cli.Env, output string) (err error) {
	if _, err := os.Lstat(output); err == nil {
		return cli.Usagef("%s exists: name another file with -o", output)
	}
	if dir := filepath.Dir(output); atomicfile.IsGone(dir) {
		return cli.Usagef("there is no directory %s: create it, or name another file with -o", dir)
	}
	d, err := atomicfile.Create(output, 0o644)
	if err != nil {
		return cli.WithCode(cli.ExitStorage, err)
	}
	defer func() { err = errors.Join(err, d.Discard()) }()
	if err := pack.Write(ctx, d, c.list); err != nil {
		return cli.WithCode(cli.ExitStorage, err)
	}
	info, err := d.Stat()
	if err != nil {
		return cli.WithCode(cli.ExitStorage, err)
	}
	if err := d.CommitNew(); errors.Is(err, fs.ErrExist) {
		return cli.Usagef("%s exists: name another file with -o", output)
	} else if err != nil {
		return cli.WithCode(cli.ExitStorage, err)
	}
	for _, s := range c.list {
		e.Linef("%s: %s packed", s.Name, cli.Count(s.Results(), "result"))
	}
	e.Linef("%s: %s", output, cli.Size(info.Size()))
	return nil
}
