package verify

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"eisweep/coordinator/catalog"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
)

func kindOf(info fs.FileInfo) string {
	switch {
	case info.IsDir():
		return "folder"
	case info.Mode()&fs.ModeSymlink != 0:
		return "link"
	default:
		return "special file"
	}
}

// conflicts reports names that the manifest gives to two tasks, and repairs that.
func (v *verifier) conflicts() error {
	lines, err := v.catalog.Conflicts(v.report.Name)
	for _, l := range lines {
		file, detail := v.catalog.FileOf(v.report.Name, l.ID), "the manifest gives it to two tasks; "
		if detail += "its line now says that it was superseded and is " + l.File; v.repair == nil {
			detail = "the manifest gives it to two tasks"
		}
		v.problem(file, l.ID, "altered", detail)
	}
	if v.repair != nil {
		v.repaired = append(v.repaired, lines...)
	}
	return err
}

// repairManifests repairs those manifests of a root that cannot be read, and returns a
// problem for each, by sweep, and for those of the wanted sweeps (all, if none is named) that
// cannot even be opened.
func (v *verifier) repairManifests(wanted []string) (map[string][]control.Problem, error) {
	if v.repair == nil {
		return nil, nil
	}
	r := v.root
	names, err := r.Sweeps()
	if err != nil {
		return nil, fmt.Errorf("list sweeps: %w", err)
	}
	out := map[string][]control.Problem{}
	for _, name := range names {
		if err := v.ctx.Err(); err != nil {
			return nil, err
		}
		kept, damage, err := v.repair.RepairManifest(r.Manifest(name))
		if err != nil && !atomicfile.IsStorage(err) {
			return nil, fmt.Errorf("repair manifest of %s: %w", name, err)
		}
		if err != nil && (len(wanted) == 0 || slices.Contains(wanted, name)) {
			detail := err.Error() + "; remedy: " + catalog.Remedy(err)
			out[name] = []control.Problem{{File: filepath.Base(r.Manifest(name)), Kind: "unreadable", Detail: detail}}
		}
		if damage != nil {
			detail := fmt.Sprintf("%v; it is kept as %s, and was written anew from what could be read", damage, filepath.Base(kept))
			out[name] = []control.Problem{{File: filepath.Base(r.Manifest(name)), Kind: "unreadable", Detail: detail}}
		}
	}
	return out, nil
}
