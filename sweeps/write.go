package sweeps

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"eisweep/sim"
	"eisweep/sweeps/internal/document"
)

// TOML returns the sweep as a sweep file that means the same wherever it is stored: paths are
// absolute, ranges are lists of values. Parse returns the same sweep from it.
func (s *Sweep) TOML() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "name = %s\nexperiment = %s\n", quote(s.name), quote(string(s.experiment)))
	if len(s.seeds) > 0 {
		fmt.Fprintf(&b, "seeds = %s\n", seedsTOML(s.seeds))
	}
	if s.source != "" {
		fmt.Fprintf(&b, "source = %s\n", quote(s.source))
	}
	if s.initial != nil {
		fmt.Fprintf(&b, "initial_state = { file = %s, take = [%s] }\n", quote(s.initial.path), join(s.initial.take, quote))
	}
	section(&b, "[parameters]", s.parameters)
	s.writeAxes(&b)
	if len(s.derived) > 0 {
		b.WriteString("\n[derive]\n")
	}
	for _, d := range s.derived {
		fmt.Fprintf(&b, "%s = %s\n", d.name, quote(d.text))
	}
	for _, x := range s.restrictions {
		writeConditions(&b, fmt.Sprintf("[[only_if]]\nvary = [%s]", join(x.vary, quote)), x.conditions)
	}
	for _, c := range s.excludes {
		writeConditions(&b, "[[exclude]]", c)
	}
	writeConditions(&b, "[source_where]", s.where)
	if u := s.until; u != nil {
		fmt.Fprintf(&b, "\n[until]\nmeasure = %s\nhalf_width = %s\nlevel = %s\nmin_seeds = %d\nmax_seeds = %d\n", quote(u.Measure),
			realTOML(u.HalfWidth), realTOML(u.Level), u.Least, len(s.seeds))
	}
	for _, r := range s.replacements {
		fmt.Fprintf(&b, "\n[[replace]]\ntasks = [%s]\n", join(r.Tasks, func(id ID) string { return quote(id.String()) }))
		for _, set := range r.Settings {
			fmt.Fprintf(&b, "set.%s = %s\n", set.Name, valueTOML(set.Value))
		}
	}
	return []byte(b.String())
}

func section(b *strings.Builder, header string, settings []sim.Setting) {
	if len(settings) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n", header)
	for _, set := range settings {
		fmt.Fprintf(b, "%s = %s\n", set.Name, valueTOML(set.Value))
	}
}

func (s *Sweep) writeAxes(b *strings.Builder) {
	if slices.ContainsFunc(s.axes, func(a axis) bool { return !a.together && a.sample == nil }) {
		b.WriteString("\n[axes]\n")
	}
	for _, a := range s.axes {
		switch {
		case a.together:
			b.WriteString("\n[[together]]\n")
		case a.sample != nil:
			fmt.Fprintf(b, "\n[sample]\nmethod = %s\nseed = %d\n\n[sample.points]\n", quote(a.sample.method), a.sample.seed)
		}
		for _, c := range a.columns {
			fmt.Fprintf(b, "%s = [%s]\n", c.name, join(c.values, valueTOML))
		}
	}
}

func writeConditions(b *strings.Builder, header string, conditions []condition) {
	if len(conditions) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n", header)
	for _, c := range conditions {
		fmt.Fprintf(b, "%s = [%s]\n", c.name, join(c.values, valueTOML))
	}
}

func join[T any](list []T, text func(T) string) string {
	parts := make([]string, len(list))
	for i, x := range list {
		parts[i] = text(x)
	}
	return strings.Join(parts, ", ")
}

func valueTOML(v sim.Value) string {
	if v.Kind() == sim.Choice {
		return quote(v.String())
	}
	return v.String()
}

// seedsTOML writes consecutive seeds as { first, count }.
func seedsTOML(seeds []uint32) string {
	if len(seeds) < 3 || !consecutive(seeds) {
		return "[" + join(seeds, func(s uint32) string { return strconv.FormatUint(uint64(s), 10) }) + "]"
	}
	return fmt.Sprintf("{ first = %d, count = %d }", seeds[0], len(seeds))
}

// realTOML writes a finite number.
func realTOML(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// quote writes a TOML basic string.
func quote(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, "\\u%04X", r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// listed returns the number of values that TOML writes individually.
func (s *Sweep) listed() int {
	n := 0
	if !consecutive(s.seeds) {
		n = len(s.seeds)
	}
	for _, a := range s.axes {
		n += len(a.columns) * a.size()
	}
	for _, x := range s.restrictions {
		n += len(x.vary) + values(x.conditions)
	}
	for _, list := range s.excludes {
		n += values(list)
	}
	n += values(s.where)
	for _, r := range s.replacements {
		n += len(r.Tasks)
	}
	return n
}

func values(list []condition) int {
	n := 0
	for _, c := range list {
		n += len(c.values)
	}
	return n
}

// writable reports a sweep that TOML would write as a file that Parse rejects.
func (s *Sweep) writable() []Fault {
	if s.listed() <= document.MaxListed {
		return nil
	}
	return []Fault{{Problem: fmt.Sprintf("the sweep would have more than %d values, seeds and replaced tasks in total", document.MaxListed),
		Remedy: "split it, or give consecutive seeds, which count as one"}}
}
