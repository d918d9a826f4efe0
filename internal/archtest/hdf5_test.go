package archtest

import (
	"go/ast"
	"slices"
	"testing"
)

// readsHere are the calls of package results that read an HDF5 file in the calling process.
var readsHere = []string{"Inspect", "Digest", "ReadSource", "ReadInitial"}

// Commands and the coordinator read HDF5 files by a child, which a hostile file may end. Only a worker reads what its
// order vouches for itself.
func TestHDF5FilesAreReadByAChild(t *testing.T) {
	workers := 0
	for _, s := range sources(t) {
		if s.test || within(s.pkg, "internal/results") || s.pkg == testChild {
			continue
		}
		selectors(s, func(pkg, name string, at ast.Node) {
			switch {
			case pkg != "results" || !slices.Contains(readsHere, name):
			case within(s.pkg, "worker"):
				workers++
			default:
				t.Errorf("%s: results.%s reads the file in this process: use a results.Prober", fset.Position(at.Pos()), name)
			}
		})
	}
	if workers == 0 {
		t.Error("no worker reads a source: the test knows the calls by other names than they have")
	}
}
