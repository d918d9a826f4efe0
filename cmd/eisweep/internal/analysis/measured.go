package analysis

import (
	"context"
	"errors"
	"strings"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/measures"
)

// measure reads the measures of all results, in the order of found; nil for those without a result. A result that cannot be read is
// left out: a task's state becomes damaged.
func (c *Choice) measure(ctx context.Context, e *cli.Env) ([]measures.Values, error) {
	values := make([]measures.Values, len(c.found))
	var files []measures.File
	var places []int
	for i := range c.found {
		if r := &c.found[i]; r.Path != "" {
			files, places = append(files, r.file()), append(places, i)
		}
	}
	progress := newProgress(e, len(files))
	err := measures.Collect(ctx, c.prober, files, func(i int, f measures.Found) error {
		progress.step()
		c.take(&c.found[places[i]], &f)
		values[places[i]] = f.Values
		return nil
	})
	if err != nil {
		return nil, cli.OrInterrupted(ctx, err)
	}
	return c.dropFiles(values), nil
}

// file is the result's file.
func (r *Result) file() measures.File {
	f := measures.File{Path: r.Path}
	if r.Line != nil {
		f.SHA256 = r.Line.SHA256
	}
	return f
}

// dropFiles removes the files that were left out, which are tasks of no sweep.
func (c *Choice) dropFiles(values []measures.Values) []measures.Values {
	kept := c.found[:0]
	var of []measures.Values
	for i, r := range c.found {
		if r.Sweep != "" || r.Path != "" {
			kept, of = append(kept, r), append(of, values[i])
		}
	}
	c.found = kept
	return of
}

// take notes what was found in the file of a result.
func (c *Choice) take(r *Result, f *measures.Found) {
	if f.Err == nil && r.Line != nil && f.SHA256 != r.Line.SHA256 && r.Line.SHA256 != "" {
		f.Err, f.Values = errors.New("the file is not what the manifest says"), nil
	}
	if f.Err != nil {
		name := r.Path
		if r.Sweep == "" {
			name = r.Name
		}
		c.leaveOut(name, strings.ReplaceAll(f.Err.Error(), " "+r.Path+":", ""))
		r.State, r.Path = damaged, ""
		return
	}
	if r.Sweep == "" {
		r.addInfo(&f.Info)
	}
}

// progress reports how many files were read, every few seconds.
type progress struct {
	e        *cli.Env
	of, done int
	reported time.Time
}

// progressEvery is how often progress is reported.
const progressEvery = 2 * time.Second

func newProgress(e *cli.Env, of int) *progress { return &progress{e: e, of: of, reported: time.Now()} }

func (p *progress) step() {
	p.done++
	if now := time.Now(); now.Sub(p.reported) >= progressEvery && p.done < p.of {
		p.reported = now
		p.e.Notef("read %s of %s", cli.Thousands(float64(p.done)), cli.Count(p.of, "result"))
	}
}
