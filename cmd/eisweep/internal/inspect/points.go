package inspect

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/display"
	"eisweep/coordinator/catalog"
	"eisweep/sim"
	"eisweep/sweeps"
)

// point is a combination of a sweep's varying parameters, with the seeds of its
// tasks by state.
type point struct {
	name   string
	number int // in catalog.SweepStatus.Decisions
	seeds  map[string][]uint32
	failed []sweeps.ID
}

// pointStates are the columns of a table of points. A task that is neither done nor failed nor running is pending. One with a
// suspect result is also done.
var pointStates = []string{"done", "suspect", "running", "failed", "pending"}

// pointsOf gathers a sweep's tasks by point, in their order. Parameters that have
// one value throughout the sweep, and those that are named, are left out.
func pointsOf(tasks []catalog.TaskStatus, running map[sweeps.ID]bool, without []string) []*point {
	varied, networks := varies(tasks)
	for _, name := range without {
		delete(varied, name)
	}
	byName := map[string]*point{}
	var out []*point
	for i := range tasks {
		t := &tasks[i]
		name := pointName(&t.Task, varied, networks)
		p := byName[name]
		if p == nil {
			p = &point{name: name, number: t.Point, seeds: map[string][]uint32{}}
			byName[name] = p
			out = append(out, p)
		}
		state := pointState(t, running)
		p.seeds[state] = append(p.seeds[state], t.Task.Seed)
		if state == "done" && t.Verdict != 0 {
			p.seeds["suspect"] = append(p.seeds["suspect"], t.Task.Seed)
		}
		if state == "failed" {
			p.failed = append(p.failed, t.Task.ID)
		}
	}
	return out
}

func pointState(t *catalog.TaskStatus, running map[sweeps.ID]bool) string {
	if running[t.Task.ID] {
		return "running"
	}
	return string(t.State)
}

// varies finds the parameters with several values, and whether a seed of a PERTURB sweep perturbs several networks.
func varies(tasks []catalog.TaskStatus) (varied map[string]bool, networks bool) {
	varied, first := map[string]bool{}, map[string]sim.Value{}
	for i := range tasks {
		t := &tasks[i].Task
		for _, s := range t.Varying {
			if v, ok := first[s.Name]; !ok {
				first[s.Name] = s.Value
			} else if v != s.Value {
				varied[s.Name] = true
			}
		}
		networks = networks || t.Source != nil && t.Source.SeedKnown && t.Source.Seed != t.Seed
	}
	return varied, networks
}

func pointName(t *sweeps.Task, varied map[string]bool, networks bool) string {
	var parts []string
	for _, s := range t.Varying {
		if varied[s.Name] {
			parts = append(parts, s.String())
		}
	}
	if networks && t.Source != nil && t.Source.SeedKnown {
		parts = append(parts, fmt.Sprintf("network seed=%d", t.Source.Seed))
	}
	return cmp.Or(strings.Join(parts, " "), "all")
}

// pointsShown is the number of rows without --all.
const pointsShown = 40

// cells is how a table of points shows the tasks of a point in a state.
type cells struct {
	title string
	text  func(seeds []uint32) string
}

var (
	pointsInSeeds  = cells{"seeds of", func(seeds []uint32) string { return display.Cut(cli.SeedsText(seeds), 40) }}
	pointsInCounts = cells{"tasks of", func(seeds []uint32) string { return strconv.Itoa(len(seeds)) }}
)

// writePoints prints the table: a row per point, a column per state.
func writePoints(e *cli.Env, points []*point, all bool, as cells, stops *stops) error {
	shown := points
	if !all && len(points) > pointsShown {
		shown = points[:pointsShown]
	}
	columns := slices.DeleteFunc(slices.Clone(pointStates), func(state string) bool {
		return !slices.ContainsFunc(points, func(p *point) bool { return len(p.seeds[state]) > 0 })
	})
	t := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "  %s\t%s\n", as.title, strings.Join(append(slices.Clone(columns), stops.title()...), "\t"))
	for _, p := range shown {
		row := []string{"  " + p.name}
		for _, state := range columns {
			text := "-"
			if seeds := p.seeds[state]; len(seeds) > 0 {
				text = as.text(seeds)
			}
			row = append(row, text)
		}
		fmt.Fprintln(t, cli.Row(append(row, stops.cell(p)...)...))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if len(shown) < len(points) {
		e.Linef("  … and %s more (--all)", cli.Count(len(points)-len(shown), "point"))
	}
	return nil
}

// sampledPoints are the points of a sweep with [sample], without the sampled parameters: rows of drawn numbers would say nothing.
type sampledPoints struct {
	sweeps.Sample
	rest []*point
}

func (s *sampledPoints) write(e *cli.Env, all bool) error {
	e.Linef("  sample:  %s (%s) of %s", cli.Count(s.Points, "point"), s.Method, strings.Join(s.Parameters, ", "))
	return writePoints(e, s.rest, all, pointsInCounts, nil)
}
