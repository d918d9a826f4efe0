package analysis

import (
	"context"
	"encoding/json"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/measures"
	"eisweep/internal/results"
	"eisweep/internal/table"
	"eisweep/sim"
)

// QualityQuery has the child of a results.Prober judge files.
var QualityQuery = results.Query{Name: "quality", MaxAnswer: 1 << 16, Answer: func(r *results.Reader, _ string) ([]byte, error) {
	q, err := r.Quality()
	if err != nil {
		return nil, err
	}
	return json.Marshal(q)
}}

// assess computes the quality of results whose manifest does not have it: files given by path, and results of earlier versions. It
// leaves out results that cannot be read.
func (c *Choice) assess(ctx context.Context, e *cli.Env) error {
	var paths []string
	var places []int
	for i := range c.found {
		if r := &c.found[i]; r.Path != "" && r.Quality == nil {
			paths, places = append(paths, r.Path), append(places, i)
		}
	}
	progress := newProgress(e, len(paths))
	return c.prober.Ask(ctx, QualityQuery, "", paths, func(i int, a results.Answer) error {
		progress.step()
		r := &c.found[places[i]]
		if a.Err == nil {
			a.Err = json.Unmarshal(a.Bytes, &r.Quality)
		}
		c.take(r, &measures.Found{FileHash: a.FileHash, Info: a.Info, Err: a.Err})
		if r.Experiment == "" && a.Err == nil && !a.Info.Trained {
			r.Experiment = sim.Perturb
		}
		return nil
	})
}

// suspectChoice says whether suspect results are kept or dropped.
type suspectChoice string

// suspectChoices are the values of --suspect.
var suspectChoices = []string{keepSuspects, dropSuspects}

const (
	keepSuspects = "keep"
	dropSuspects = "drop"
)

func (s suspectChoice) check() error {
	if s != keepSuspects && s != dropSuspects {
		return cli.Usagef("--suspect %s: give keep or drop", string(s))
	}
	return nil
}

// apply drops the suspect rows if that is the choice, and writes their number to stderr.
func (s suspectChoice) apply(e *cli.Env, t *table.Table) *table.Table {
	judged := t.Column("quality").Text
	n := 0
	for _, q := range judged {
		if q == suspect {
			n++
		}
	}
	if n == 0 {
		return t
	}
	if s == dropSuspects {
		e.Notef("%s left out", cli.Count(n, "suspect result"))
		return t.Where(func(row int) bool { return judged[row] != suspect })
	}
	e.Notef("%s among %s: --suspect drop leaves %s out", cli.Count(n, "suspect result"), cli.Count(t.Len(), "row"),
		cli.Plural(n, "it", "them"))
	return t
}
