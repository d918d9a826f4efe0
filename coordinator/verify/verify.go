package verify

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/inputs"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// Repairer changes what verifying finds wrong.
type Repairer interface {
	// RepairManifest repairs a manifest that cannot be read, as manifest.Repair does.
	RepairManifest(path string) (kept string, damage, err error)
	// AddLines adds lines to a sweep's manifest, except those that it has by now, and returns how many it added.
	AddLines(sweep string, lines []manifest.Line) (int, error)
	// CopyInput copies an outside file to where workers find it, as inputs.Copy does.
	CopyInput(ctx context.Context, p inputs.Prober, from, to, sha256 string) error
}

// Run is verifySweeps for the process that holds the root's lock while no coordinator runs.
func Run(ctx context.Context, r *root.Root, prober catalog.Prober, names []string) (control.Verified, error) {
	return Sweeps(ctx, catalog.NewForOwner(r), prober, offline{r}, names)
}

// Inspect is verifySweeps for roots that may not be written to. The caller holds no lock.
func Inspect(ctx context.Context, r *root.Root, prober catalog.Prober, names []string) (control.Verified, error) {
	return Sweeps(ctx, catalog.New(r), prober, nil, names)
}

// Sweeps compares every result of the sweeps (all, if none is named) with its manifest line, byte for byte and by
// its digest. It writes lines for results that have none, keeps a damaged manifest under another name and writes a new
// one from its readable lines, and copies inputs again that are damaged, if the outside file has not changed. It removes
// and moves no result: the next launch executes what is wanted and missing or altered, since it relies on what was found
// here. A result that is missing and that the latest launch does not want is no problem: somebody removed it.
//
// Where the repairer is nil, nothing is written: what would be repaired is a problem, and a manifest that cannot be read
// an error.
func Sweeps(ctx context.Context, c *catalog.Catalog, prober catalog.Prober, repair Repairer, names []string) (control.Verified, error) {
	v := verifier{ctx: ctx, root: c.Root(), catalog: c, prober: prober, repair: repair}
	return v.sweeps(names)
}

type verifier struct {
	ctx     context.Context
	root    *root.Root
	catalog *catalog.Catalog
	prober  catalog.Prober
	repair  Repairer // nil: it only reads
	// Of the present sweep:
	report   control.VerifiedSweep
	isWanted func(file string) bool // whether its latest launch wants a file of that name
	last     map[sweeps.ID]*manifest.Line
	repaired []manifest.Line // to be written
}

func (v *verifier) sweeps(names []string) (control.Verified, error) {
	repaired, err := v.repairManifests(names)
	if err != nil {
		return control.Verified{}, err
	}
	if err := v.catalog.Refresh(); err != nil {
		return control.Verified{}, err
	}
	if len(names) == 0 {
		if names, err = v.root.Sweeps(); err != nil {
			return control.Verified{}, fmt.Errorf("list sweeps: %w", err)
		}
	}
	for name := range repaired {
		if !slices.Contains(names, name) {
			names = append(slices.Clip(names), name)
		}
	}
	var out control.Verified
	if out.Inputs, err = v.inputs(); err != nil {
		return out, fmt.Errorf("verify copied inputs: %w", err)
	}
	for _, name := range names {
		if err := v.ctx.Err(); err != nil {
			return out, err
		}
		if !v.catalog.Has(name) && v.catalog.Fault(name) == nil {
			return out, fmt.Errorf("there is no sweep %q under %s", name, v.root.Path())
		}
		v.report, v.isWanted = control.VerifiedSweep{Name: name, Problems: repaired[name]}, v.catalog.Wanted(v.ctx, v.prober, name)
		if err := v.sweep(); err != nil {
			if v.ctx.Err() != nil || !atomicfile.IsStorage(err) {
				return out, fmt.Errorf("verify %s: %w", name, err)
			}
			v.unreadable(err)
		}
		out.Sweeps = append(out.Sweeps, v.report)
	}
	return out, nil
}

// unreadable reports that the rest of a sweep cannot be verified.
func (v *verifier) unreadable(err error) {
	if slices.ContainsFunc(v.report.Problems, func(p control.Problem) bool { return strings.HasPrefix(p.Detail, err.Error()) }) {
		return // said of the manifest already
	}
	v.problem(v.root.SweepDir(v.report.Name), sweeps.ID{}, "unreadable", err.Error()+"; remedy: "+catalog.Remedy(err))
}

func (v *verifier) sweep() error {
	v.repaired = nil
	v.launchFile()
	recorded, err := v.results()
	if err != nil {
		return err
	}
	if err := v.doubtfulLines(); err != nil {
		return err
	}
	for files := range slices.Chunk(slices.Sorted(maps.Keys(recorded)), checkedAtOnce) {
		if err := v.ctx.Err(); err != nil {
			return err
		}
		v.check(files, recorded)
	}
	files, err := catalog.ResultFiles(v.root.SweepDir(v.report.Name))
	if err != nil {
		return err
	}
	if err := v.conflicts(); err != nil {
		return err
	}
	var found []manifest.Line
	for _, path := range files {
		if _, ok := recorded[filepath.Base(path)]; ok {
			continue
		}
		if err := v.ctx.Err(); err != nil {
			return err
		}
		if line := v.unrecorded(path); line != nil {
			found = append(found, *line)
		}
	}
	if err := v.ctx.Err(); err != nil {
		return err
	}
	if len(v.repaired) > 0 {
		if _, err := v.repair.AddLines(v.report.Name, v.repaired); err != nil {
			return err
		}
	}
	return v.rebuild(found)
}

// rebuild writes lines of results that had none. One that was placed while the files
// were read has its line by now.
func (v *verifier) rebuild(lines []manifest.Line) error {
	if v.repair == nil {
		for i := range lines {
			v.problem(lines[i].File, lines[i].ID, "unrecorded", "the directory has it, the manifest does not")
		}
		return nil
	}
	if len(lines) == 0 {
		return nil
	}
	n, err := v.repair.AddLines(v.report.Name, lines)
	v.report.Rebuilt, v.report.Sound = n, v.report.Sound+len(lines)-n
	return err
}

// results returns the lines of the results that the manifest has, by their files.
func (v *verifier) results() (map[string]*manifest.Line, error) {
	out := map[string]*manifest.Line{}
	v.last = map[sweeps.ID]*manifest.Line{}
	for line, err := range manifest.Read(v.root.Manifest(v.report.Name)) {
		if err := cmp.Or(err, v.ctx.Err()); err != nil {
			return nil, err
		}
		v.last[line.ID] = &line
		if line.State != manifest.Failed {
			out[line.File] = &line
		}
	}
	return out, nil
}
