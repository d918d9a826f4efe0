package verify

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"eisweep/internal/manifest"
	"eisweep/internal/results"
	"eisweep/sweeps"
)

// contents compares a file's contents with its line; its bytes are the manifest's. If they
// differ it is the manifest that was changed, and its line is written anew.
func (v *verifier) contents(found *results.Contents, line *manifest.Line) {
	if info := &found.Info; info.HasTask && info.ID != line.ID {
		v.problem(line.File, line.ID, "altered", fmt.Sprintf("the manifest says that it is a result of this task, but the file says of %s, "+
			"and is sound by its SHA-256: remove its line from the manifest, then verify again, which writes a new one", info.ID))
		return
	}
	right, wrong := results.Corrected(*line, found)
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
