package views

import (
	"context"
	"encoding/hex"
	"math"
	"slices"
	"strings"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/views/api"
	"eisweep/internal/dashboard"
	"eisweep/internal/measures"
	"eisweep/internal/results"
)

// mostNumbers is how many numbers an answer has at most, unless the request names the measures.
const mostNumbers = 1_000_000

// measured answers a request for measures of a sweep: those that are cached. The others are computed meanwhile.
func (d *Dashboard) measures(ctx context.Context, sweep, names string) (*api.Measures, error) {
	t, err := d.tables.of(ctx, sweep)
	if err != nil {
		return nil, err
	}
	files, rows, out := t.resultFiles()
	chosen, err := choose(names, out)
	if err != nil {
		return nil, err
	}
	var unread []measures.File
	err = measures.Collect(ctx, cachedOnly{&unread, files}, files, func(i int, f measures.Found) error {
		for n, m := range chosen {
			out.Values[n][rows[i]] = api.Number(f.Values[m])
		}
		return nil
	})
	if out.Missing = len(unread); out.Missing > 0 {
		d.hub.compute(unread, len(files))
	}
	return out, err
}

// resultFiles are the results of a table, with the rows that they are of, and an answer without values.
func (t *table) resultFiles() (files []measures.File, rows []int, out *api.Measures) {
	var sums [][32]byte
	t.mu.Lock()
	of := t.rows
	out = &api.Measures{Sweep: t.sweep, Revision: t.revisionText(), Rows: len(t.ids), Measures: []api.Measure{}, Values: [][]api.Number{},
		Others: []string{}}
	for i, sum := range t.sums {
		if t.states[i] == done && sum != [32]byte{} {
			rows, sums = append(rows, i), append(sums, sum)
		}
	}
	t.mu.Unlock()
	dir := t.d.Root.SweepDir(t.sweep) + "/"
	for i, row := range rows { // without the lock: making the names takes time, and which tasks there are does not change
		files = append(files, measures.File{Path: dir + of.taskAt(int32(row)).File, SHA256: hex.EncodeToString(sums[i][:])})
	}
	return files, rows, out
}

// choose chooses the measures of an answer, and returns their places in measures.All. Without names it chooses all, or as many as are
// not too large.
func choose(names string, out *api.Measures) (chosen []int, err error) {
	all := measures.All()
	for i, m := range all {
		if names == "" && (len(chosen)+1)*out.Rows <= mostNumbers || names != "" && slices.Contains(strings.Split(names, ","), m.Name) {
			chosen = append(chosen, i)
			out.Measures = append(out.Measures, api.Measure{Name: m.Name, Unit: m.Unit, Definition: m.Definition})
		} else {
			out.Others = append(out.Others, m.Name)
		}
	}
	if len(chosen) == 0 {
		return nil, &dashboard.Refusal{Code: 404, Text: "there is no such measure"}
	}
	none := api.Number(math.NaN())
	for range chosen {
		out.Values = append(out.Values, slices.Repeat([]api.Number{none}, out.Rows))
	}
	return chosen, nil
}

// cachedOnly has no file read: it notes them.
type cachedOnly struct {
	unread *[]measures.File
	files  []measures.File
}

// Ask implements measures.Asker.
func (c cachedOnly) Ask(_ context.Context, _ results.Query, _ string, paths []string, _ func(int, results.Answer) error) error {
	byPath := make(map[string]measures.File, len(c.files))
	for _, f := range c.files {
		byPath[f.Path] = f
	}
	for _, path := range paths {
		*c.unread = append(*c.unread, byPath[path])
	}
	return nil
}

// oneAtATime asks about one file after another, so that the coordinator's machine stays free for other work.
type oneAtATime struct{ results.Prober }

// Ask implements measures.Asker.
func (o oneAtATime) Ask(ctx context.Context, q results.Query, argument string, paths []string, each func(int, results.Answer) error) error {
	for i := range paths {
		err := o.Prober.Ask(ctx, q, argument, paths[i:i+1], func(_ int, a results.Answer) error { return each(i, a) })
		if err != nil {
			return err
		}
	}
	return nil
}

// How many files are measured at least before the measures are stored, for what share of all measures of the sweep, which are written
// anew each time, and for how long after a request.
const (
	measuredAtOnce = 32
	measuredShare  = 0.05
	measuringTime  = 30 * time.Second
)

// compute measures some of the files of a sweep with so many, unless files are being measured. Who wants the rest asks again.
func (h *hub) compute(files []measures.File, all int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.measuring || h.closed {
		return
	}
	h.measuring = true
	h.done.Go(func() {
		defer func() {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.measuring = false
		}()
		ctx, cancel := context.WithTimeout(h.ending, measuringTime)
		defer cancel()
		prober, err := cli.NewProber()
		for err == nil && len(files) > 0 && ctx.Err() == nil {
			n := min(len(files), max(measuredAtOnce, int(measuredShare*float64(all))))
			err = measures.Collect(ctx, oneAtATime{prober}, files[:n], func(int, measures.Found) error { return nil })
			files = files[n:]
		}
		if err != nil && ctx.Err() == nil {
			h.d.Log.Debug("compute measures for the dashboard", "error", err)
		}
	})
}
