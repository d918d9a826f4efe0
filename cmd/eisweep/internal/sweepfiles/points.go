package sweepfiles

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/sim"
	"eisweep/sweeps"
)

// Points are the combinations of varying parameters of a sweep, without its seeds.
type Points struct {
	Sweep   string
	columns []string // parameters, in the order of file names; then sourceSeed, if sources differ by seed
	rows    []map[string]string
	tasks   []int // of each row
	limits  bool  // the numbers of tasks are limits, because of [until]
}

// sourceSeed is the column of the seed of a PERTURB task's network.
const sourceSeed = "source_seed"

// PointsOf lists the points of an expansion, in the order of its tasks. It fails only if ctx ends.
func PointsOf(ctx context.Context, name string, e *sweeps.Expansion) (*Points, error) {
	p := &Points{Sweep: name, limits: e.Grows()}
	known, numbers := map[string]bool{}, map[string]int{}
	for t := range e.All() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		row, key := rowOf(&t)
		n, ok := numbers[key]
		if !ok {
			n = len(p.rows)
			numbers[key] = n
			p.rows, p.tasks = append(p.rows, row), append(p.tasks, 0)
		}
		p.tasks[n]++
		for column := range row {
			known[column] = true
		}
	}
	for column := range known {
		p.columns = append(p.columns, column)
	}
	slices.SortFunc(p.columns, byOrder)
	return p, nil
}

// rowOf returns the values of a task's point, and a key that identifies the point.
func rowOf(t *sweeps.Task) (row map[string]string, key string) {
	row = map[string]string{}
	for _, s := range t.Varying {
		row[s.Name] = s.Value.String()
	}
	if t.Source != nil && t.Source.SeedKnown && t.Source.Seed != t.Seed {
		row[sourceSeed] = strconv.FormatUint(uint64(t.Source.Seed), 10)
	}
	var b strings.Builder
	for _, s := range t.Varying {
		fmt.Fprintf(&b, "%s=%s ", s.Name, row[s.Name])
	}
	return row, b.String() + row[sourceSeed]
}

// byOrder compares columns by the order of their parameters in file names.
func byOrder(a, b string) int {
	return cmp.Or(cmp.Compare(order(a), order(b)), cmp.Compare(a, b))
}

func order(column string) int {
	if column == sourceSeed {
		return len(sim.Table())
	}
	return sim.Order(column)
}

// Write prints the points as an aligned table. A parameter that a point does not set is "-".
func (p *Points) Write(e *cli.Env) error {
	tasks := 0
	for _, n := range p.tasks {
		tasks += n
	}
	most, title := "", "tasks"
	if p.limits {
		most, title = "at most ", "tasks at most"
	}
	e.Linef("%s: %s, %s%s", p.Sweep, cli.Count(len(p.rows), "point"), most, cli.Count(tasks, "task"))
	t := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, cli.Row(append(slices.Clone(p.columns), title)...))
	for i, row := range p.rows {
		cells := make([]string, 0, len(p.columns)+1)
		for _, column := range p.columns {
			cells = append(cells, cmp.Or(row[column], "-"))
		}
		fmt.Fprintln(t, cli.Row(append(cells, strconv.Itoa(p.tasks[i]))...))
	}
	return t.Flush()
}

// WriteCSV writes the points of several sweeps as one table with the columns sweep, the
// parameters that vary in any of them, and tasks. A parameter that a point does not set is
// empty.
func WriteCSV(w io.Writer, list []*Points) error {
	var columns []string
	for _, p := range list {
		columns = append(columns, p.columns...)
	}
	slices.SortFunc(columns, byOrder)
	columns = slices.Compact(columns)
	records := [][]string{slices.Concat([]string{"sweep"}, columns, []string{"tasks"})}
	for _, p := range list {
		for i, row := range p.rows {
			record := []string{p.Sweep}
			for _, column := range columns {
				record = append(record, row[column])
			}
			records = append(records, append(record, strconv.Itoa(p.tasks[i])))
		}
	}
	return csv.NewWriter(w).WriteAll(records)
}
