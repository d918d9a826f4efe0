package display

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
)

// WriteSuspects prints how many of a sweep's results are suspect, for which reasons, and the commands that say more; nothing
// if none is. Reasons counts results by the names of their reasons.
func WriteSuspects(e *cli.Env, indent, sweep string, suspects, results int, reasons map[string]int) {
	if suspects == 0 {
		return
	}
	e.Linef("%s%s", indent, SuspectsText(suspects, results, reasons))
	e.Linef("%s  why:    eisweep tasks %s --suspect%s", indent, sweep, e.Flags())
	e.Linef("%s  again:  eisweep rerun %s --suspect --set NAME=VALUE%s   (with the same parameters they give the same results)", indent, sweep,
		e.Flags())
}

// SuspectsText says how many of a sweep's results are suspect, and for which reasons.
func SuspectsText(suspects, results int, reasons map[string]int) string {
	return fmt.Sprintf("suspect: %d of %s%s", suspects, cli.Count(results, "result"), reasonsText(reasons))
}

// reasonsText counts results by reason, the most frequent first.
func reasonsText(reasons map[string]int) string {
	var parts []string
	for _, name := range slices.SortedFunc(maps.Keys(reasons), func(a, b string) int {
		return cmp.Or(cmp.Compare(reasons[b], reasons[a]), strings.Compare(a, b))
	}) {
		parts = append(parts, fmt.Sprintf("%s %d", name, reasons[name]))
	}
	if parts == nil {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}
