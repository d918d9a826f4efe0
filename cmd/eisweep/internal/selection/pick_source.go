package selection

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/atomicfile"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// PickSource asks for the trained networks of PERTURB, as the published program does. If nobody can answer, the error says what
// to give instead.
func PickSource(ctx context.Context, e *cli.Env, path string) (string, error) {
	found := trainedUnder(path)
	switch {
	case !e.Interactive:
		return "", cli.Usagef("PERTURB needs trained networks: give --source SWEEP, or the path of a result file or directory%s",
			listFound(found))
	case len(found) == 0:
		return "", cli.Usagef("PERTURB needs trained networks, but there are none under %s: "+
			"train one first (eisweep run -e APPROXIMATE), or give --source PATH", path)
	}
	e.Notef("Trained networks under %s:", path)
	for i, name := range found {
		e.Notef("  %d  %s", i+1, strings.TrimPrefix(name, path+string(filepath.Separator)))
	}
	answer, err := e.Ask(ctx, "Which one? [1-%d]", len(found))
	if err != nil {
		return "", err
	}
	n, err := strconv.Atoi(answer)
	if err != nil || n < 1 || n > len(found) {
		return "", cli.Usagef("%q is not a number from 1 to %d", answer, len(found))
	}
	return found[n-1], nil
}

func listFound(found []string) string {
	if len(found) == 0 {
		return ""
	}
	return fmt.Sprintf("; available: %s", strings.Join(found, ", "))
}

// trainedUnder lists the sweeps under a root that train, by name, and the directories of the published program, by path.
func trainedUnder(path string) []string {
	var out []string
	known := map[string]bool{}
	if r, err := root.OpenExisting(path); err == nil {
		names, _ := r.Sweeps()
		for _, name := range names {
			known[name] = true
			if text, err := atomicfile.Read(r.SweepFile(name), sweeps.MaxFile); err == nil {
				if s, err := sweeps.Parse(r.SweepFile(name), text); err == nil && s.Experiment().Trains() {
					out = append(out, name)
				}
			}
		}
	}
	entries, _ := os.ReadDir(path)
	for _, entry := range entries {
		published := filepath.Join(path, entry.Name())
		if known[entry.Name()] || !entry.IsDir() || strings.HasSuffix(entry.Name(), "_perturb") {
			continue
		}
		if files, _ := filepath.Glob(filepath.Join(atomicfile.GlobLiteral(published), "*.h5")); len(files) > 0 {
			out = append(out, published)
		}
	}
	return out
}
