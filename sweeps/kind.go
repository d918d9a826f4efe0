package sweeps

import (
	"fmt"
	"strings"

	"eisweep/sim"
)

// isTime reports whether a value is a date or a time, which TOML has and sweeps have not.
func (n *node) isTime() bool {
	switch n.data.(type) {
	case nil, int64, float64, bool, string, []any, []map[string]any, map[string]any:
		return false
	}
	return true
}

// called is how an error calls a value: the date 1979-05-27, the text "a", 2.5, a list.
func (r *reader) called(n *node) string {
	written := sim.Excerpt(n.source(r.text.bytes))
	switch data := n.data.(type) {
	case string:
		return fmt.Sprintf("the text %q", sim.Excerpt(data))
	case []any, []map[string]any:
		return "a list"
	case map[string]any:
		return "a table"
	case int64, float64, bool:
		return written
	}
	switch date, time := strings.Contains(written, "-"), strings.Contains(written, ":"); {
	case date && time:
		return "the date and time " + written
	case date:
		return "the date " + written
	default:
		return "the time " + written
	}
}
