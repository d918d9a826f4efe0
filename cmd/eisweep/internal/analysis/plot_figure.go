package analysis

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/figures"
	"eisweep/internal/figures/drawing"
	"eisweep/internal/measures"
	"eisweep/internal/results"
	"eisweep/internal/table"
)

// drawFigure draws a figure of the arrays of results.
func (o *plotOptions) drawFigure(ctx context.Context, e *cli.Env, s *sample) (*drawing.Drawing, error) {
	figure := figures.Find(o.figure)
	by, err := o.grouping(s)
	if err != nil {
		return nil, err
	}
	clusters, err := s.clusters(by)
	if err != nil {
		return nil, err
	}
	if figure.Groups > 0 {
		clusters = s.representatives(e, clusters, by, figure.Groups)
	}
	set, err := o.readNetworks(ctx, e, s, figure, clusters)
	if err != nil {
		return nil, err
	}
	set.By = columnNames(by)
	d, err := figure.Draw(set)
	if err != nil {
		return nil, cli.Usagef("%s: %w", figure.Name, err)
	}
	if figure.Groups == 0 {
		s.addPooled(d, by)
		s.noteSweeps(e, by)
	}
	return d, nil
}

func columnNames(columns []*table.Column) string {
	var names []string
	for _, c := range columns {
		names = append(names, c.Name)
	}
	return strings.Join(names, ", ")
}

// addPooled adds notes to the picture: the parameters that vary within lines, and files whose parameters are not known.
func (s *sample) addPooled(d *drawing.Drawing, by []*table.Column, axes ...*table.Column) {
	var pooled []string
	for _, c := range s.varying() {
		if !slices.Contains(by, c) && !slices.Contains(axes, c) {
			pooled = append(pooled, c.Name)
		}
	}
	if len(pooled) > 0 {
		d.Notes = append(d.Notes, "Together: all values of "+strings.Join(pooled, ", ")+".")
	}
	unknown := 0
	for _, row := range s.rows {
		if s.found[row].Parameters == nil {
			unknown++
		}
	}
	if unknown > 1 {
		d.Notes = append(d.Notes, fmt.Sprintf("Together: %d files that do not contain their parameters.", unknown))
	}
}

// noteSweeps says what differs within lines of several sweeps.
func (s *sample) noteSweeps(e *cli.Env, by []*table.Column, axes ...*table.Column) {
	if severalSweeps(s.found) {
		notePooled(e, s.table, s.rows, slices.Concat(by, axes))
	}
}

// representatives returns one network of each group, for a limited number of groups. If possible, the networks have the same seed and
// other parameters; otherwise they are the first of each group. A single network is one that was trained.
func (s *sample) representatives(e *cli.Env, clusters []cluster, by []*table.Column, most int) []cluster {
	if len(clusters) > most {
		trained := func(c cluster) bool { return c.label != "NEITHER" }
		if first := slices.IndexFunc(clusters, trained); first > 0 && most == 1 {
			clusters = clusters[first:]
		}
		clusters = clusters[:most]
	}
	rest := s.others(by)
	chosen := make([]int, len(clusters))
	for _, row := range clusters[0].rows {
		matches := []int{row}
		for _, c := range clusters[1:] {
			same := func(other int) bool { return rowLabel(rest, other) == rowLabel(rest, row) }
			if at := slices.IndexFunc(c.rows, same); at >= 0 {
				matches = append(matches, c.rows[at])
			}
		}
		if len(matches) == len(clusters) {
			chosen = matches
			break
		}
	}
	out := slices.Clone(clusters)
	for i := range out {
		row := out[i].rows[0]
		if slices.Contains(out[i].rows, chosen[i]) {
			row = chosen[i]
		}
		out[i].rows = []int{row}
	}
	if len(s.rows) > len(out) {
		e.Notef("the figure shows %s of %d; choose others with --where", cli.Count(len(out), "network"), len(s.rows))
	}
	return out
}

// others are the seed and the parameters that do not name groups.
func (s *sample) others(by []*table.Column) (columns []*table.Column) {
	for i := range s.table.Columns {
		c := &s.table.Columns[i]
		if (c.Role == table.Seed || c.Role == table.Parameter) && !slices.Contains(by, c) {
			columns = append(columns, c)
		}
	}
	return columns
}

// readNetworks reads what the figure needs from all results. It leaves out results to which the figure does not apply, with a note; if
// the figure applies to none, it returns an error.
func (o *plotOptions) readNetworks(ctx context.Context, e *cli.Env, s *sample, figure *figures.Figure, clusters []cluster,
) (*figures.Set, error) {
	r := networkReading{sound: map[int]figures.Data{}}
	single := true
	var rows []int
	for _, c := range clusters {
		rows, single = append(rows, c.rows...), single && len(c.rows) == 1
	}
	paths := make([]string, len(rows))
	for i, row := range rows {
		paths[i] = s.found[row].Path
	}
	progress := newProgress(e, len(paths))
	err := o.choice.prober.Ask(ctx, figures.Query(), figure.Argument(single), paths, func(i int, a results.Answer) error {
		progress.step()
		result := &s.found[rows[i]]
		name := result.Name
		o.choice.take(result, &measures.Found{FileHash: a.FileHash, Info: a.Info, Err: a.Err})
		if a.Err == nil && result.Path != "" {
			r.take(rows[i], name, a.Bytes)
		}
		return nil
	})
	if err != nil {
		return nil, cli.OrInterrupted(ctx, err)
	}
	set, err := r.set(e, s, clusters)
	if err == nil {
		set.Detailed = single
	}
	return set, err
}

// networkReading holds what was read from networks.
type networkReading struct {
	sound   map[int]figures.Data // by row
	refused int                  // results to which the figure does not apply
	reason  string               // of the first of them, by row: answers come in any order
	first   int
	broken  error
}

func (r *networkReading) take(row int, name string, text []byte) {
	data, err := figures.Decode(text)
	switch {
	case err == nil:
		r.sound[row] = data
	case errors.Is(err, figures.ErrNotApplicable):
		if r.refused++; r.refused == 1 || row < r.first {
			r.first = row
			r.reason = name + ": " + strings.TrimPrefix(err.Error(), figures.ErrNotApplicable.Error()+": ")
		}
	default:
		r.broken = errors.Join(r.broken, fmt.Errorf("%s: %w", name, err))
	}
}

func (r *networkReading) set(e *cli.Env, s *sample, clusters []cluster) (*figures.Set, error) {
	set := &figures.Set{}
	for _, c := range clusters {
		g := figures.Group{Label: c.label, Color: c.color}
		for _, row := range c.rows {
			if data, ok := r.sound[row]; ok {
				result := &s.found[row]
				g.Networks = append(g.Networks, figures.Network{Name: result.Name, Suspect: result.judgement() == suspect, Data: data})
			}
		}
		if len(g.Networks) > 0 {
			set.Groups = append(set.Groups, g)
		}
	}
	switch {
	case r.broken != nil:
		return nil, r.broken
	case len(set.Groups) == 0 && r.refused > 0:
		return nil, cli.Usagef("the figure does not apply: %s", r.reason)
	case len(set.Groups) == 0:
		return nil, cli.Errorf(cli.ExitStorage, "there is no result to draw")
	case r.refused > 0:
		e.Notef("not drawn: %s to which the figure does not apply; %s", cli.Count(r.refused, "result"), r.reason)
	}
	return set, nil
}
