package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// top is the repository's directory, relative to this package.
const top = "../.."

// testSupport are the packages that only tests import.
var testSupport = []string{"internal/disktest"}

// source is one Go file of the repository.
type source struct {
	path    string // from the top, with slashes
	pkg     string // its directory
	test    bool
	syntax  *ast.File
	text    []byte
	imports []string
}

// fset is shared by all parsed files, so that positions can be told.
var fset = token.NewFileSet()

// notOurs are directories that git ignores.
var notOurs = []string{".git", "bin", "dist", "python/build", "web/node_modules"}

// files lists the repository's files by their paths from the top; what was built or belongs to git is left out.
func files(t *testing.T) []string {
	t.Helper()
	var found []string
	err := fs.WalkDir(os.DirFS(top), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (slices.Contains(notOurs, name) || d.Name() == "__pycache__"):
			return fs.SkipDir
		case d.Type().IsRegular() && name != ".git": // a file if the directory is a worktree
			found = append(found, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// sources parses every Go file of the main module.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	for _, name := range files(t) {
		if path.Ext(name) == ".go" && !strings.HasPrefix(name, "tools/") && !strings.Contains(name, "/testdata/") {
			all = append(all, parse(t, name))
		}
	}
	if len(all) == 0 {
		t.Fatal("no Go files found: the tests don't see the repository")
	}
	return all
}

func parse(t *testing.T, name string) source {
	t.Helper()
	text := read(t, name)
	syntax, err := parser.ParseFile(fset, name, text, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	s := source{
		path:   name,
		pkg:    path.Dir(name),
		test:   strings.HasSuffix(name, "_test.go") || slices.Contains(testSupport, path.Dir(name)),
		syntax: syntax,
		text:   text,
	}
	for _, i := range syntax.Imports {
		imported, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		s.imports = append(s.imports, imported)
	}
	return s
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(top, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// within reports whether a package path is parent or lies inside it.
func within(pkg, parent string) bool {
	return pkg == parent || strings.HasPrefix(pkg, parent+"/")
}
