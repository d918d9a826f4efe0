package analysis

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"path/filepath"
	"slices"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/atomicfile"
	"eisweep/internal/results"
)

// Methods writes a paragraph about a sweep for the methods section of a paper.
type Methods struct {
	Choice  Choice
	Suspect string // keep or drop: whether the paper's analysis has the suspect results
}

// Write writes the paragraph for a sweep, or for the path of a sweep's directory. A result whose file cannot be read is left out, and
// the exit code says so.
func (m *Methods) Write(ctx context.Context, e *cli.Env, sweep string) error {
	if err := suspectChoice(m.Suspect).check(); err != nil {
		return err
	}
	c := &m.Choice
	if err := c.read(ctx, e, []string{sweep}); err != nil {
		return err
	}
	c.found = slices.DeleteFunc(c.found, func(r Result) bool { return r.Sweep == "" })
	if len(c.found) == 0 {
		return errors.Join(c.report(e), cli.Usagef("%s is not a sweep: give the name of a sweep or the path of its directory", sweep))
	}
	if err := c.assess(ctx, e); err != nil {
		return cli.OrInterrupted(ctx, err)
	}
	if err := c.readParameters(ctx); err != nil {
		return cli.OrInterrupted(ctx, err)
	}
	t := methodsText{found: c.found, sweep: c.sweep, drops: m.Suspect == dropSuspects}
	var err error
	if t.manifest, err = hashOf(filepath.Join(c.dir, "manifest.jsonl")); err != nil {
		return err
	}
	e.Lines(t.String())
	return c.report(e)
}

// readParameters reads the parameters of tasks that are known by the manifest alone from their results. Damaged results were left out
// before.
func (c *Choice) readParameters(ctx context.Context) error {
	var paths []string
	var places []int
	for i := range c.found {
		if r := &c.found[i]; r.Path != "" && r.Parameters == nil {
			paths, places = append(paths, r.Path), append(places, i)
		}
	}
	return c.prober.Ask(ctx, QualityQuery, "", paths, func(i int, a results.Answer) error {
		r := &c.found[places[i]]
		if a.Err != nil {
			c.leaveOut(r.Path, a.Err.Error())
			r.State, r.Path = damaged, ""
			return nil
		}
		varying := r.Varying
		r.addInfo(&a.Info)
		r.Varying = varying // the file has every setting
		return nil
	})
}

// hashOf is the SHA-256 of a file, hex.
func hashOf(path string) (string, error) {
	f, err := atomicfile.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
