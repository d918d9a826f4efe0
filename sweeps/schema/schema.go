package schema

import (
	"bytes"
	"encoding/json"

	"eisweep/sim"
)

// object is a part of the schema. encoding/json sorts its keys.
type object = map[string]any

// JSON returns the schema, in draft 7, as indented text with a final line break.
func JSON() ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(sweepFile())
	return out.Bytes(), err
}

func sweepFile() object {
	return closed("", object{
		"name":          name(),
		"experiment":    object{"enum": sim.Experiments(), "description": "what every task computes"},
		"seeds":         seeds(),
		"source":        object{"type": "string", "description": "PERTURB: the sweep, or the path of the result files, to start from"},
		"source_where":  conditions("which sources to take", object{"seed": oneOrList(seed())}),
		"initial_state": initialState(),
		"parameters":    parameters("values that all tasks have", single),
		"axes":          parameters("parameters that vary independently", varying),
		"together":      tables(parameters("parameters that vary together, as one axis", varying)),
		"sample":        sample(),
		"derive":        derive(),
		"only_if":       tables(onlyIf()),
		"exclude":       tables(conditions("combinations to drop", nil)),
		"until":         until(),
		"replace":       tables(replacement()),
	}, object{
		"$schema":  "http://json-schema.org/draft-07/schema#",
		"title":    "eisweep sweep file",
		"required": []string{"name", "experiment"},
	})
}

func name() object {
	return object{"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,62}$", "description": "name of the sweep and of its directory"}
}

// closed describes a table that has no other entries.
func closed(description string, entries object, more ...object) object {
	out := object{"type": "object", "properties": entries, "additionalProperties": false}
	if description != "" {
		out["description"] = description
	}
	for _, m := range more {
		for key, value := range m {
			out[key] = value
		}
	}
	return out
}

// list describes an array with at least one element.
func list(element object) object { return object{"type": "array", "items": element, "minItems": 1} }

// tables describes an array of tables.
func tables(table object) object { return object{"type": "array", "items": table} }

// either describes a value of one of several forms.
func either(forms ...object) object { return object{"anyOf": forms} }

func oneOrList(element object) object {
	return either(element, object{"type": "array", "items": element})
}
