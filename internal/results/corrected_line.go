package results

import (
	"reflect"

	"eisweep/internal/manifest"
	"eisweep/sim"
	"eisweep/sweeps"
)

// Corrected returns a manifest's line as the result file itself has it, and names the fields in which the line had something else.
// The file's bytes are those that the line vouches for.
func Corrected(line manifest.Line, found *Contents) (manifest.Line, []string) {
	var wrong []string
	set := func(name string, same bool) {
		if !same {
			wrong = append(wrong, name)
		}
	}
	set("digest", line.Digest == found.Digest)
	line.Digest = found.Digest
	info := &found.Info
	if !info.HasTask {
		return line, wrong
	}
	set("experiment", line.Experiment == info.Experiment)
	set("seed", line.Seed == info.Seed)
	set("model_version", line.ModelVersion == info.ModelVersion)
	line.Experiment, line.Seed, line.ModelVersion = info.Experiment, info.Seed, info.ModelVersion
	set("quality", line.Quality == nil || reflect.DeepEqual(line.Quality, info.Quality))
	line.Quality = info.Quality
	parameters, same := correctedParameters(&line, info)
	set("parameters", same)
	line.Parameters = parameters
	return line, wrong
}

// correctedParameters returns the right values of those parameters that a line or the file's name
// has, and whether the line has them. The file contains what its experiment reads. What a
// PERTURB task's source varies is in the file's name; a short name leaves only the line.
func correctedParameters(line *manifest.Line, info *Info) (values sim.Values, same bool) {
	tree := sim.Resolve(info.Experiment, info.Settings)
	named := sweeps.ValuesInName(line.File)
	same = true
	for _, given := range line.Parameters {
		known, err := sim.Lookup(given.Name)
		if err != nil {
			same = false
			continue
		}
		right, found := rightValue(known, info.Experiment, &tree, named)
		_, err = known.Check(given.Value.Any())
		switch {
		case found:
			values = values.With(sim.Setting{Name: given.Name, Value: right})
			same = same && given.Value == right
		case err == nil:
			values = values.With(given)
		default:
			same = false
		}
	}
	for _, s := range named {
		known, err := sim.Lookup(s.Name)
		if _, has := values.Get(s.Name); err == nil && !has {
			right, _ := rightValue(known, info.Experiment, &tree, named)
			values, same = values.With(sim.Setting{Name: s.Name, Value: right}), false
		}
	}
	return values, same
}

// rightValue returns a parameter's value by the file, or by the file's name where the file's
// experiment does not read the parameter. The second result is false where neither has it.
func rightValue(known *sim.Parameter, e sim.Experiment, tree *sim.Parameters, named sim.Values) (sim.Value, bool) {
	if known.ReadBy(e) {
		return known.Get(tree), true
	}
	return named.Get(known.Name)
}
