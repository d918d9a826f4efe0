package archtest

import (
	"go/ast"
	"strings"
	"testing"
)

// The limits of what a reader can take in at once. The model and its kernels are flat on purpose.
const (
	maxFiles   = 30 // of a package, without tests
	maxMethods = 60 // of a type
)

// TestNothingIsTooLarge counts files of packages and methods of types.
func TestNothingIsTooLarge(t *testing.T) {
	files, methods := map[string]int{}, map[string]int{}
	for _, s := range sources(t) {
		if s.test || s.pkg == "sim" || strings.HasPrefix(s.pkg, "sim/") {
			continue
		}
		files[s.pkg]++
		for _, d := range s.syntax.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil {
				methods[s.pkg+"."+receiver(f)]++
			}
		}
	}
	for pkg, n := range files {
		if n > maxFiles {
			t.Errorf("package %s has %d files, and at most %d are allowed: which nouns deserve packages of their own?", pkg, n, maxFiles)
		}
	}
	for name, n := range methods {
		if n > maxMethods {
			t.Errorf("type %s has %d methods, and at most %d are allowed: which parts deserve types of their own?", name, n, maxMethods)
		}
	}
	if len(files) < 30 || len(methods) < 100 {
		t.Errorf("only %d packages and %d types were counted", len(files), len(methods))
	}
}

// receiver names the type that a method belongs to.
func receiver(f *ast.FuncDecl) string {
	is := f.Recv.List[0].Type
	if star, ok := is.(*ast.StarExpr); ok {
		is = star.X
	}
	if generic, ok := is.(*ast.IndexExpr); ok {
		is = generic.X
	}
	if name, ok := is.(*ast.Ident); ok {
		return name.Name
	}
	return ""
}
