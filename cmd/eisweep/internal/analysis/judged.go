package analysis

import (
	"context"
	"encoding/json"
	"fmt"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/quality"
	"eisweep/internal/results"
	"eisweep/internal/table"
)

// QualityQuery has the child of a results.Prober judge files.
var QualityQuery = results.Query{Name: "quality", MaxAnswer: 1 << 16, Answer: func(r *results.Reader, _ string) ([]byte, error) {
	q, err := r.Quality()
	if err != nil {
		return nil, err
	}
	return json.Marshal(q)
}}

// judgeFiles finds out whether the files can be trusted that belong to no sweep; the manifest says it of the others.
func (c *Choice) judgeFiles(ctx context.Context) error {
	var paths []string
	var places []int
	for i := range c.found {
		if r := &c.found[i]; r.Line == nil && r.Path != "" {
			paths, places = append(paths, r.Path), append(places, i)
		}
	}
	return c.prober.Ask(ctx, QualityQuery, "", paths, func(i int, a results.Answer) error {
		if a.Err != nil {
			return nil // it was read before: its quality is not known
		}
		q := (*quality.Quality)(nil)
		if err := json.Unmarshal(a.Bytes, &q); err != nil {
			return fmt.Errorf("judge %s: %w", paths[i], err)
		}
		c.found[places[i]].Quality = q
		return nil
	})
}

// suspectChoice is what happens to suspect results: they are kept or dropped.
type suspectChoice string

// suspectChoices are the values of --suspect.
var suspectChoices = []string{"keep", "drop"}

func (s suspectChoice) check() error {
	if s != "keep" && s != "drop" {
		return cli.Usagef("--suspect %s: give keep or drop", string(s))
	}
	return nil
}

// apply drops the suspect rows, if that is the choice, and says on stderr how many there are.
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
	if s == "drop" {
		e.Notef("%s left out", cli.Count(n, "suspect result"))
		return t.Where(func(row int) bool { return judged[row] != suspect })
	}
	e.Notef("%s among %s: --suspect drop leaves %s out", cli.Count(n, "suspect result"), cli.Count(t.Len(), "row"),
		cli.Plural(n, "it", "them"))
	return t
}
