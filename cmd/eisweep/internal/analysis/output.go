package analysis

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/atomicfile"
	"eisweep/internal/table"
)

// formats are the endings of the files that a table can be written to.
var formats = map[string]func(*table.Table, io.Writer) error{
	".csv": (*table.Table).WriteCSV, ".json": (*table.Table).WriteJSON, ".parquet": (*table.Table).WriteParquet,
}

// checkOutput rejects a file that an option names and that cannot be written: its name must have one of the endings, so that no input
// is replaced by mistake, and its directory must exist.
func checkOutput(option, path string, endings ...string) error {
	if !slices.Contains(endings, filepath.Ext(path)) {
		last := len(endings) - 1
		text := endings[last]
		if last > 0 {
			text = strings.Join(endings[:last], ", ") + " or " + text
		}
		return cli.Usagef("%s %s: the name must end in %s", option, path, text)
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		return cli.Usagef("%s %s: there is no directory %s", option, path, filepath.Dir(path))
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return cli.Usagef("%s %s: it is not a regular file", option, path)
	}
	return nil
}

// writeFile writes a file by a temporary one, which takes the place of an earlier file when it is complete, with that file's
// permissions.
func writeFile(path string, write func(io.Writer) error) error {
	mode := fs.FileMode(0o666)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	draft, err := atomicfile.Create(path, mode)
	if err != nil {
		return cli.WithCode(cli.ExitStorage, fmt.Errorf("write %s: %w", path, err))
	}
	defer func() { _ = draft.Discard() }() // which leaves a committed file alone
	buffered := bufio.NewWriter(draft)
	if err := errors.Join(write(buffered), buffered.Flush()); err != nil {
		return cli.WithCode(cli.ExitStorage, fmt.Errorf("write %s: %w", path, err))
	}
	if err := draft.Commit(); err != nil {
		return cli.WithCode(cli.ExitStorage, fmt.Errorf("write %s: %w", path, err))
	}
	return nil
}

// headline are the measures that are shown without --measures.
var headline = []string{"cc_median", "osi_e_mean", "osi_i_mean", "wei_sim_r", "wie_sim_r", "influence_slope"}

// brief is the columns of a table of tasks that people read: those that differ between rows, and some measures.
func brief(t *table.Table, measures []string) *table.Table {
	out := t.Select(func(c *table.Column) bool {
		switch {
		case c.Role == table.Measure:
			return len(measures) > 0 || slices.Contains(headline, c.Name) && !c.Empty()
		case c.Name == "file":
			return slices.Contains(t.Column("id").Text, "")
		case c.Name == "id", c.Name == "seed":
			return !c.Empty()
		case c.Name == "quality", c.Name == "reasons":
			return slices.Contains(t.Column("quality").Text, suspect)
		case c.Name == "state":
			return slices.ContainsFunc(c.Text, func(state string) bool { return state != "done" })
		case c.Name == "source_seed":
			return !slices.Equal(texts(c), texts(t.Column("seed")))
		case c.Role == table.Parameter, c.Name == "sweep":
			return slices.ContainsFunc(texts(c), func(v string) bool { return v != c.Exact(0) })
		}
		return slices.Contains(measures, c.Name)
	})
	for i := range out.Columns {
		if c := &out.Columns[i]; c.Name == "id" {
			c.Text = shortened(c.Text)
		}
	}
	return out
}

func texts(c *table.Column) []string {
	out := make([]string, c.Len())
	for i := range out {
		out[i] = c.Exact(i)
	}
	return out
}

// shortened cuts ids to the shortest length, of at least 9 characters, at which they differ; `show` takes such a prefix.
func shortened(ids []string) []string {
	for length := 9; ; length++ {
		seen, unique := map[string]string{}, true
		out := make([]string, len(ids))
		for i, id := range ids {
			out[i] = id[:min(length, len(id))]
			if other, ok := seen[out[i]]; ok && other != id {
				unique = false
			}
			seen[out[i]] = id
		}
		if unique {
			return out
		}
	}
}

// lines writes a table as text to stdout, each line after a prefix.
func lines(e *cli.Env, prefix string, t *table.Table) error {
	var out strings.Builder
	if err := t.WriteText(&out); err != nil {
		return err
	}
	for line := range strings.Lines(out.String()) {
		e.Linef("%s%s", prefix, strings.TrimSuffix(line, "\n"))
	}
	return nil
}
