package analysis

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/table"
	"eisweep/sim"
	"eisweep/sweeps"
)

// parseConditions reads the NAME=VALUE of an option. A number may be written in any way: 1, 1.0, 1e0.
func parseConditions(option string, texts []string) ([]table.Condition, error) {
	var out []table.Condition
	for _, text := range texts {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" || value == "" {
			return nil, cli.Usagef("--%s %s: write NAME=VALUE, such as pl.is_plastic=NEITHER", option, text)
		}
		if slices.ContainsFunc(out, func(c table.Condition) bool { return c.Name == name }) {
			return nil, cli.Usagef("--%s %s: %s is given twice", option, text, name)
		}
		out = append(out, table.Condition{Name: name, Value: canonical(name, value)})
	}
	return out, nil
}

// canonical writes a number as a column does, in the precision of its parameter.
func canonical(name, value string) string {
	x, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return value
	}
	if s, err := setting(name, value); err == nil {
		if rounded, ok := s.Value.Any().(float64); ok {
			x = rounded
		}
	}
	if x == math.Trunc(x) && math.Abs(x) < 1<<53 {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// setting reads a parameter of the task, or of its source, and its value.
func setting(name, value string) (sim.Setting, error) {
	return sweeps.ParseSetting(strings.TrimPrefix(name, "source.") + "=" + value)
}

// where returns the rows of the table of results that meet all conditions.
func where(t *table.Table, found []Result, conditions []table.Condition) (*table.Table, error) {
	meets, err := matcher(t, found, conditions)
	if err != nil || len(conditions) == 0 {
		return t, err
	}
	return t.Where(meets), nil
}

// matcher decides which rows of the table of results meet all conditions. Parameters may be conditions that have no column, because all
// rows have the same value.
func matcher(t *table.Table, found []Result, conditions []table.Condition) (func(row int) bool, error) {
	var all []func(row int) bool
	for _, condition := range conditions {
		meets, err := matcherOf(t, found, condition)
		if err != nil {
			return nil, cli.Usagef("--where %s: %w", condition, err)
		}
		all = append(all, meets)
	}
	return func(row int) bool { return allOf(len(all), func(i int) bool { return all[i](row) }) }, nil
}

func matcherOf(t *table.Table, found []Result, condition table.Condition) (func(row int) bool, error) {
	c := t.Column(condition.Name)
	if _, err := sim.Lookup(strings.TrimPrefix(condition.Name, "source.")); c != nil && err != nil {
		return func(row int) bool { return canonical("", c.Exact(row)) == condition.Value }, nil
	} else if err != nil && !strings.Contains(err.Error(), "did you mean") {
		_, err := t.Find(condition.Name)
		return nil, err
	}
	want, err := setting(condition.Name, condition.Value)
	if err != nil {
		return nil, err
	}
	return func(row int) bool {
		v, ok := found[row].parameter(condition.Name)
		return ok && v == want.Value
	}, nil
}

// names splits the list of names of an option at commas.
func names(list string) []string {
	return slices.DeleteFunc(strings.Split(list, ","), func(name string) bool { return name == "" })
}
