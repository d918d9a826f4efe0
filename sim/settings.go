package sim

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Table returns every parameter in the order of docs/parameters.md. The caller must not
// change it.
func Table() []*Parameter { return table }

var byName = func() map[string]*Parameter {
	m := make(map[string]*Parameter, len(table))
	for _, p := range table {
		m[p.Name] = p
	}
	return m
}()

// Lookup returns the parameter of that published name. The error says why a member of the
// published tree is refused, or gives the nearest known name.
func Lookup(name string) (*Parameter, error) {
	if p, ok := byName[name]; ok {
		return p, nil
	}
	if refused[name] || strings.HasPrefix(name, "pl.bcm.") {
		return nil, fmt.Errorf("%s has no effect in the published model and is not accepted", Excerpt(name))
	}
	if near := nearestParameter(name); near != "" {
		return nil, fmt.Errorf("unknown parameter %s; did you mean %s?", name, near)
	}
	return nil, fmt.Errorf("unknown parameter %s; `eisweep params` lists them", Excerpt(name))
}

// Resolve returns the defaults of the experiment with the settings applied in
// their order. numint.every_n follows numint.n_trials unless it is set. Settings
// must come from Check or Parse of the parameter; unknown names panic.
func Resolve(e Experiment, settings []Setting) Parameters {
	tree, everyN := Defaults(e), false
	for _, s := range settings {
		byName[s.Name].set(&tree, s.Value)
		everyN = everyN || s.Name == "numint.every_n"
	}
	if !everyN {
		tree.Numint.EveryN = tree.Numint.NTrials
	}
	return tree
}

// Settings lists the parameters that the experiment reads and that differ from its published
// defaults, in the order of the table; numint.every_n only if it differs from
// numint.n_trials. Resolve(e, Settings(e, p)) equals p in everything that e reads, and the
// list is the same for the same task however it was written.
func Settings(e Experiment, p Parameters) Values {
	defaults := Defaults(e)
	defaults.Numint.EveryN = p.Numint.NTrials
	var out Values
	for _, known := range table {
		if v := known.Get(&p); known.ReadBy(e) && v != known.Get(&defaults) {
			out = append(out, Setting{known.Name, v})
		}
	}
	return out
}

// Order returns the position of a parameter in the table, for sorting names as in file names;
// math.MaxInt for unknown names.
func Order(name string) int {
	if i, ok := orders[name]; ok {
		return i
	}
	return math.MaxInt
}

var orders = func() map[string]int {
	m := make(map[string]int, len(table))
	for i, p := range table {
		m[p.Name] = i
	}
	return m
}()

// Read lists every parameter that the experiment reads, with its value.
func Read(e Experiment, p Parameters) Values {
	var out Values
	for _, known := range table {
		if known.ReadBy(e) {
			out = append(out, Setting{known.Name, known.Get(&p)})
		}
	}
	return out
}

// nearestParameter returns the parameter name that is most similar to name, else one whose
// last part it is, as n_trials is of numint.n_trials; "" if there is none.
func nearestParameter(name string) string {
	var names []string
	for _, p := range table {
		names = append(names, p.Name)
	}
	if near := Nearest(name, names); near != "" {
		return near
	}
	if i := slices.IndexFunc(names, func(n string) bool { return strings.HasSuffix(n, "."+name) }); i >= 0 {
		return names[i]
	}
	return ""
}

// parse reads text as the kind's Go type, for Check.
func (k Kind) parse(text string) (any, error) {
	switch k {
	case Real:
		x, err := strconv.ParseFloat(text, 64)
		if errors.Is(err, strconv.ErrRange) {
			return nil, fmt.Errorf("%s is too large", Excerpt(text))
		}
		if err != nil {
			return nil, fmt.Errorf("%q is not a number", Excerpt(text))
		}
		return x, nil
	case Integer:
		n, err := strconv.ParseInt(text, 10, 64)
		if errors.Is(err, strconv.ErrRange) {
			return nil, fmt.Errorf("%s is too large", Excerpt(text))
		}
		if err != nil {
			return nil, fmt.Errorf("%q is not an integer", Excerpt(text))
		}
		return n, nil
	case Boolean:
		if text != "true" && text != "false" {
			return nil, fmt.Errorf("%q is neither true nor false", Excerpt(text))
		}
		return text == "true", nil
	default:
		return text, nil
	}
}

// interval formats an integer range.
func interval(from, to int) string {
	switch {
	case from == to:
		return strconv.Itoa(from)
	case to == math.MaxInt32:
		return "≥ " + strconv.Itoa(from)
	default:
		return fmt.Sprintf("%d … %d", from, to)
	}
}
