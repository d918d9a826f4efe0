package verify

import (
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"eisweep/internal/manifest"
	"eisweep/internal/results"
	"eisweep/sim"
	"eisweep/sweeps"
)

// corrected returns a line as the file itself has it, and names the fields in which the
// manifest had something else. The file's bytes are those that the line vouches for.
func corrected(line manifest.Line, found *results.Contents) (manifest.Line, []string) {
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
func correctedParameters(line *manifest.Line, info *results.Info) (values sim.Values, same bool) {
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

// contents compares a file's contents with its line; its bytes are the manifest's. If they
// differ it is the manifest that was changed, and its line is written anew.
func (v *verifier) contents(found *results.Contents, line *manifest.Line) {
	if info := &found.Info; info.HasTask && info.ID != line.ID {
		v.problem(line.File, line.ID, "altered", fmt.Sprintf("the manifest says that it is a result of this task, but the file says of %s, "+
			"and is sound by its SHA-256: remove its line from the manifest, then verify again, which writes a new one", info.ID))
		return
	}
	right, wrong := corrected(*line, found)
	slices.Sort(wrong)
	fields := strings.Join(wrong, ", ")
	switch {
	case len(wrong) == 0:
		v.report.Sound++
		v.assess(line, &right)
	case v.repair == nil:
		v.problem(line.File, line.ID, "altered", "the manifest differs in "+fields+"; the file is sound by its SHA-256")
	case v.last[line.ID] != line:
		v.problem(line.File, line.ID, "altered", "the manifest differs in "+fields+", in a line that is not its task's last")
	default:
		v.problem(line.File, line.ID, "altered", "the manifest differed in "+fields+"; the file is sound by its SHA-256, and a corrected "+
			"line was written")
		v.repaired = append(v.repaired, right)
	}
}

// assess adds the quality to a line of an earlier version, which has none.
func (v *verifier) assess(line, right *manifest.Line) {
	if line.Quality == nil && right.Quality != nil && v.repair != nil && v.last[line.ID] == line {
		v.repaired = append(v.repaired, *right)
		v.report.Assessed++
	}
}

// doubtfulLines reports lines of earlier versions, without a check value, whose fields no version wrote.
func (v *verifier) doubtfulLines() error {
	path := v.root.Manifest(v.report.Name)
	found, err := manifest.DoubtfulLines(path)
	for _, doubtful := range found {
		v.problem(filepath.Base(path), sweeps.ID{}, "altered", doubtful+": it is damaged, or was written by another program; "+
			"remove it, then verify again, which writes new lines for results")
	}
	return err
}
