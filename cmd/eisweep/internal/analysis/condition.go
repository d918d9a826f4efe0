package analysis

import (
	"slices"
	"strconv"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/table"
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
		if x, err := strconv.ParseFloat(value, 64); err == nil {
			value = strconv.FormatFloat(x, 'g', -1, 64)
		}
		out = append(out, table.Condition{Name: name, Value: value})
	}
	return out, nil
}

// where returns the rows that meet all conditions.
func where(t *table.Table, conditions []table.Condition) (*table.Table, error) {
	for _, condition := range conditions {
		c, err := t.Find(condition.Name)
		if err != nil {
			return nil, cli.Usagef("--where %s: %w", condition, err)
		}
		t = t.Where(func(row int) bool { return c.Exact(row) == condition.Value })
	}
	return t, nil
}

// names splits the list of names of an option at commas.
func names(list string) []string {
	return slices.DeleteFunc(strings.Split(list, ","), func(name string) bool { return name == "" })
}
