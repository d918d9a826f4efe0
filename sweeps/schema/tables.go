package schema

import (
	"slices"
	"strings"

	"eisweep/sim"
	"eisweep/sweeps"
)

// parameters describes a table of parameters, whose dotted names are nested tables, with other
// entries beside them.
func parameters(description string, form func(*sim.Parameter) object, others ...object) object {
	root := closed(description, object{})
	for _, p := range sim.Table() {
		if f := form(p); f != nil {
			insert(root, strings.Split(p.Name, "."), f)
		}
	}
	for _, o := range others {
		for name, entry := range o {
			insert(root, []string{name}, entry)
		}
	}
	return root
}

// insert adds an entry with a dotted name to a table.
func insert(table object, name []string, entry any) {
	entries, _ := table["properties"].(object)
	if len(name) == 1 {
		entries[name[0]] = entry
		return
	}
	inner, ok := entries[name[0]].(object)
	if !ok {
		inner = closed("", object{})
		entries[name[0]] = inner
	}
	insert(inner, name[1:], entry)
}

func conditions(description string, others object) object {
	return parameters(description, matching, others)
}

func seeds() object {
	return with(either(
		object{"type": "array", "items": seed(), "minItems": 1, "uniqueItems": true},
		closed("", object{"first": seed(), "count": object{"type": "integer", "minimum": 1, "maximum": 10_000_000}},
			object{"required": []string{"first", "count"}}),
	), "description", "seeds of the model: a list, or a first one and a count")
}

func initialState() object {
	return closed("weights that the training starts from", object{
		"file": object{"type": "string"},
		"take": object{"type": "array", "items": object{"enum": []string{"wee", "wei", "wie", "wii"}}, "minItems": 1, "uniqueItems": true},
	}, object{"required": []string{"file"}})
}

func sample() object {
	out := parameters("parameters that vary together, over points that are drawn from ranges and lists", drawn, object{
		"method": object{"enum": []string{"sobol", "latin-hypercube", "random"}, "description": "default: sobol"},
		"count":  object{"type": "integer", "minimum": 1, "maximum": 1_000_000, "description": "number of points"},
		"seed":   with(seed(), "description", "another seed gives other points; default 0"),
		"points": parameters("the points themselves, as eisweep stores them", func(p *sim.Parameter) object {
			return described(p, list(value(p)))
		}),
	})
	out["anyOf"] = []object{{"required": []string{"count"}}, {"required": []string{"points"}}}
	return out
}

func derive() object {
	return parameters("parameters that are computed from others", func(p *sim.Parameter) object {
		if bound(p) == nil {
			return nil
		}
		return described(p, object{"type": "string", "minLength": 1})
	})
}

func onlyIf() object {
	var names []string
	for _, p := range sim.Table() {
		names = append(names, p.Name)
	}
	out := conditions("conditions under which an axis varies", object{
		"vary": with(either(object{"enum": names}, list(object{"enum": names})),
			"description", "the parameters that vary only where all conditions hold"),
	})
	out["required"] = []string{"vary"}
	return out
}

func until() object {
	var names []string
	for _, e := range sim.Experiments() {
		names = append(names, sweeps.MeasureNames(e)...)
	}
	slices.Sort(names)
	count := func(least int, description string) object {
		return object{"type": "integer", "minimum": least, "maximum": 10_000_000, "description": description}
	}
	return closed("seeds are added to each point until the interval of a measure's mean is narrow enough", object{
		"measure":    object{"enum": slices.Compact(names), "description": "a measure of the results"},
		"half_width": object{"type": "number", "exclusiveMinimum": 0, "description": "of the confidence interval, in the measure's unit"},
		"level": object{"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1,
			"description": "of confidence; default 0.95"},
		"min_seeds": count(2, "of each point; default 5"),
		"max_seeds": count(2, "of each point; default: the number of seeds"),
	}, object{"required": []string{"measure", "half_width"}})
}

func replacement() object {
	return closed("written by `eisweep rerun --set`", object{
		"tasks": list(object{"type": "string", "pattern": "^t[0-9a-f]{32}$"}),
		"set":   parameters("", single),
	}, object{"required": []string{"tasks", "set"}})
}
