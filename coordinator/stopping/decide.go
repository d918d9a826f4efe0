package stopping

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"eisweep/internal/measures"
	"eisweep/internal/until"
	"eisweep/sweeps"
)

// Result is the state and the result of a seed's task.
type Result struct {
	Settled bool   // it is done or failed
	Path    string // of its result; "" if it failed
	SHA256  string // of the result, as in the manifest
}

// Decisions are those of points, by their numbers (sweeps.Expansion.Point).
type Decisions struct {
	ByPoint map[int]until.Decision
	// Unread is the first reason why a result could not be measured; its seed counts as not settled. Nil if all could be.
	Unread error
}

// Decide decides for points. The results of their seeds are asked for in the order of the seeds, up to the first that is not settled.
// The error is that of result, or of ctx.
func Decide(ctx context.Context, p measures.Asker, u sweeps.Until, points []int,
	result func(point, seed int) (Result, error),
) (*Decisions, error) {
	m := measuring{column: column(u.Measure), values: make([][]until.Seed, len(points))}
	for i, point := range points {
		for seed := range u.Max {
			r, err := result(point, seed)
			if err = cmp.Or(err, ctx.Err()); err != nil {
				return nil, err
			}
			if !r.Settled {
				break
			}
			m.add(i, r)
		}
	}
	if err := measures.Collect(ctx, p, m.files, m.take); err != nil {
		return nil, fmt.Errorf("measure results: %w", err)
	}
	out := &Decisions{ByPoint: map[int]until.Decision{}, Unread: m.unread}
	for i, point := range points {
		out.ByPoint[point] = u.Decide(func(seed int) until.Seed {
			if seed >= len(m.values[i]) {
				return until.Seed{}
			}
			return m.values[i][seed]
		})
	}
	return out, nil
}

// Points lists the points of an expansion in the order of its tasks.
func Points(e *sweeps.Expansion) []int {
	var out []int
	for number := range e.Numbered() {
		if point, seed := e.Point(number); seed == 0 {
			out = append(out, point)
		}
	}
	return out
}

// measuring computes a measure of the results of several points.
type measuring struct {
	column int
	files  []measures.File
	places []place        // of the files
	values [][]until.Seed // of each point
	unread error
}

// place is a seed of a point.
type place struct{ point, seed int }

// add adds the next seed of a point.
func (m *measuring) add(point int, r Result) {
	if r.Path != "" {
		m.files = append(m.files, measures.File{Path: r.Path, SHA256: r.SHA256})
		m.places = append(m.places, place{point, len(m.values[point])})
	}
	m.values[point] = append(m.values[point], until.Seed{Settled: true, Value: math.NaN()})
}

// take takes in the measures of a file. A file with other bytes than its manifest says counts as unreadable.
func (m *measuring) take(i int, f measures.Found) error {
	at := m.places[i]
	seed := &m.values[at.point][at.seed]
	if f.Err == nil && f.SHA256 != m.files[i].SHA256 {
		f.Err = fmt.Errorf("measure %s: it is not what the manifest says", m.files[i].Path)
	}
	if f.Err != nil {
		m.unread = cmp.Or(m.unread, f.Err)
		seed.Settled = false
		return nil
	}
	seed.Value = f.Values[m.column]
	return nil
}

// column is the place of a measure in measures.Values. Package sweeps has checked the name.
func column(measure string) int {
	return slices.IndexFunc(measures.All(), func(m measures.Measure) bool { return m.Name == measure })
}
