package schema

import (
	"fmt"
	"math"

	"eisweep/sim"
)

// realRanges are the legal ranges of real parameters, as sim words them.
var realRanges = map[string]object{
	"> 0":       {"exclusiveMinimum": 0},
	"≥ 0":       {"minimum": 0},
	"0 < p ≤ 1": {"exclusiveMinimum": 0, "maximum": 1},
	"≠ 0":       {"not": object{"const": 0}},
	"finite":    {},
}

// value describes a value of a parameter.
func value(p *sim.Parameter) object {
	out := object{}
	switch p.Kind {
	case sim.Choice:
		out["enum"] = p.Choices
	case sim.Boolean:
		out["type"] = "boolean"
	case sim.Integer:
		out["type"] = "integer"
		var from, to int
		if n, _ := fmt.Sscanf(p.Legal, "%d … %d", &from, &to); n == 2 {
			out["minimum"], out["maximum"] = from, to
		} else if n == 1 {
			out["const"] = from
		} else if n, _ := fmt.Sscanf(p.Legal, "≥ %d", &from); n == 1 {
			out["minimum"] = from
		}
	case sim.Real:
		out["type"] = "number"
		for key, limit := range realRanges[p.Legal] {
			out[key] = limit
		}
	}
	return out
}

// described adds a parameter's meaning and range to a description of its values.
func described(p *sim.Parameter, form object) object {
	unit := ""
	if p.Unit != "" {
		unit = " " + p.Unit
	}
	form["description"] = fmt.Sprintf("%s (%s%s)", p.Meaning, p.Legal, unit)
	return form
}

// single describes the one value of a parameter.
func single(p *sim.Parameter) object { return described(p, value(p)) }

// varying describes a list or a range.
func varying(p *sim.Parameter) object {
	forms := []object{list(value(p))}
	if bound := bound(p); bound != nil {
		count := object{"type": "integer", "minimum": 1, "maximum": 1_000_000}
		ends := object{"from": bound, "to": bound}
		forms = append(forms,
			closed("", with(ends, "count", count, "scale", scale()), object{"required": []string{"from", "to", "count"}}),
			closed("", with(ends, "step", bound, "scale", object{"const": "linear"}), object{"required": []string{"from", "to", "step"}}))
	}
	return described(p, either(forms...))
}

// drawn describes what points are drawn from: a list or a range.
func drawn(p *sim.Parameter) object {
	forms := []object{list(value(p))}
	if p.Kind == sim.Real || p.Kind == sim.Integer {
		ends := object{"from": value(p), "to": value(p)}
		forms = append(forms, closed("", with(ends, "scale", scale()), object{"required": []string{"from", "to"}}))
	}
	return described(p, either(forms...))
}

// matching describes a value or a list of values that a condition compares.
func matching(p *sim.Parameter) object { return described(p, oneOrList(value(p))) }

// bound describes a number of a range; nil for parameters that have none.
func bound(p *sim.Parameter) object {
	switch p.Kind {
	case sim.Real:
		return object{"type": "number"}
	case sim.Integer:
		return object{"type": "integer"}
	}
	return nil
}

func scale() object { return object{"enum": []string{"linear", "log"}} }

func seed() object {
	return object{"type": "integer", "minimum": 0, "maximum": uint32(math.MaxUint32)}
}

// with returns the entries and more, given as names and values in turn.
func with(entries object, more ...any) object {
	out := object{}
	for key, entry := range entries {
		out[key] = entry
	}
	for i := 0; i+1 < len(more); i += 2 {
		out[fmt.Sprint(more[i])] = more[i+1]
	}
	return out
}
