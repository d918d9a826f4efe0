package archtest

import (
	"go/ast"
	"slices"
	"testing"
)

// careless are the functions of package os that follow a link in place of a file, wait for a FIFO, leave half a file in a
// crash or a name that isn't durable. Package atomicfile has what replaces them.
var careless = []string{"Open", "OpenFile", "ReadFile", "WriteFile", "Create", "CreateTemp", "Truncate", "Chmod", "Chown", "Chtimes",
	"Link", "Rename", "Mkdir", "MkdirAll"}

// careful lists the exceptions, with reasons.
var careful = map[string]string{
	"internal/atomicfile": "it is what the others use",
	"internal/e2e":        "they test",
	"internal/natstest":   "only tests use it",

	"internal/access/trust.go":                  "it opens a folder",
	"internal/access/read.go":                   "it opens without links and waiting, and says more of what it finds",
	"internal/access/site_keys.go":              "its new folder is this user's alone",
	"internal/root/share.go":                    "it opens files and folders for their modes, without links and waiting",
	"internal/results/file.go":                  "it opens files that a person names, without waiting, and looks for a missing one again",
	"internal/natsserver/server.go":             "the store is this user's alone, and disposable",
	"internal/natsserver/store.go":              "the store is this user's alone, and disposable",
	"internal/natsserver/store_move.go":         "the store is this user's alone, and disposable",
	"internal/pack/incoming.go":                 "its new directory is this user's alone until everything in it is checked and synced",
	"internal/pack/unpack.go":                   "a directory that exists must be an error, and what has its name is synced afterwards",
	"coordinator/removal/rename.go":             "its new directory is this user's alone until it is complete and synced",
	"cmd/eisweep/internal/cli/failpoints_on.go": "only a program of tests has it",
	"cmd/eisweep/internal/cli/prompt.go":        "a person may name a FIFO, such as a shell's <(…), as a sweep file",
}

func TestFilesAreOpenedAndWrittenCarefully(t *testing.T) {
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			selector, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || !slices.Contains(careless, selector.Sel.Name) {
				return true
			}
			if of, ok := selector.X.(*ast.Ident); !ok || of.Name != "os" {
				return true
			}
			for place := range careful {
				if place == s.path || within(s.pkg, place) {
					return true
				}
			}
			t.Errorf("%s: os.%s: package atomicfile has what follows no link, waits for nothing and lasts", fset.Position(call.Pos()),
				selector.Sel.Name)
			return true
		})
	}
}
