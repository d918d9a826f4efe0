package analysis

import (
	"context"
	"errors"
	"strings"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/measures"
	"eisweep/sweeps"
)

// measure reads the measures of all results, in the order of found; nil for tasks without a result. A result that cannot be read is
// left out, and the state of its task becomes damaged.
func (c *Choice) measure(ctx context.Context, e *cli.Env) ([]measures.Values, error) {
	values, err := c.measureSome(ctx, e, len(c.found))
	if err == nil {
		err = c.assess(ctx, e)
	}
	return c.countOnce(e, c.dropFiles(values)), cli.OrInterrupted(ctx, err)
}

// measureSome reads the measures of the first results, up to a number of them.
func (c *Choice) measureSome(ctx context.Context, e *cli.Env, most int) ([]measures.Values, error) {
	values := make([]measures.Values, len(c.found))
	var files []measures.File
	var places []int
	for i := range c.found {
		if r := &c.found[i]; r.Path != "" && len(files) < most {
			files, places = append(files, r.file()), append(places, i)
		}
	}
	progress := newProgress(e, len(files))
	return values, measures.Collect(ctx, c.prober, files, func(i int, f measures.Found) error {
		progress.step()
		c.take(&c.found[places[i]], &f)
		values[places[i]] = f.Values
		return nil
	})
}

// file is the result's file, with its hash if it has been compared with the manifest.
func (r *Result) file() measures.File {
	f := measures.File{Path: r.Path}
	if r.intact {
		f.SHA256 = r.Line.SHA256
	}
	return f
}

// dropFiles removes the files that were left out and belong to no sweep.
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

// countOnce leaves out tasks that several sweeps or files have, but for the first of them that has a result, and notes how many.
func (c *Choice) countOnce(e *cli.Env, values []measures.Values) []measures.Values {
	places, repeated := map[sweeps.ID]int{}, 0
	kept := c.found[:0]
	var of []measures.Values
	for i, r := range c.found {
		at, known := places[r.ID]
		switch {
		case r.ID == sweeps.ID{} || !known:
			places[r.ID] = len(kept)
			kept, of = append(kept, r), append(of, values[i])
			continue
		case kept[at].Path == "" && r.Path != "":
			kept[at], of[at] = r, values[i]
		}
		repeated++
	}
	if c.found = kept; repeated > 0 {
		e.Notef("%s given more than once, such as by several directories: each counts once", cli.Count(repeated, "task")+
			cli.Plural(repeated, " is", " are"))
	}
	return of
}

// take records what was found in the file of a result.
func (c *Choice) take(r *Result, f *measures.Found) {
	if f.Err == nil && r.Line != nil && f.SHA256 != r.Line.SHA256 && r.Line.SHA256 != "" {
		f.Err, f.Values = errors.New("the file is not what the manifest says"), nil
	}
	if f.Err != nil {
		name := r.Path
		if r.Sweep == "" {
			name = r.Name
		}
		c.leaveOut(name, strings.ReplaceAll(f.Err.Error(), " "+r.Path+":", ":"))
		r.State, r.Path = damaged, ""
		return
	}
	if r.Sweep == "" {
		r.addInfo(&f.Info)
	}
}

// progress reports the number of files that were read, at growing intervals.
type progress struct {
	e        *cli.Env
	of, done int
	next     time.Time     // of the next report
	interval time.Duration // from there to the one after it
}

// The first and the longest interval between two reports.
const (
	firstProgress = 2 * time.Second
	lastProgress  = 30 * time.Second
)

func newProgress(e *cli.Env, of int) *progress {
	return &progress{e: e, of: of, next: time.Now().Add(firstProgress), interval: firstProgress}
}

func (p *progress) step() {
	p.done++
	if now := time.Now(); now.After(p.next) && p.done < p.of {
		p.interval = min(lastProgress, p.interval*3/2)
		p.next = now.Add(p.interval)
		p.e.Notef("read %s of %s results", cli.Thousands(float64(p.done)), cli.Thousands(float64(p.of)))
	}
}
