package archtest

import (
	"go/ast"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// hop names a file, and functions or types in it, as in "`coordinator/window.go` `fill`".
var hop = regexp.MustCompile("`([a-z][\\w/]*/[\\w]+\\.go)`((?:[^`]*?`\\w+`)*)")

// in finds the names after a file.
var in = regexp.MustCompile("`(\\w+)`")

// TestArchitectureFollowsTheCode looks up every function that docs/architecture.md names while it follows a task.
func TestArchitectureFollowsTheCode(t *testing.T) {
	declared := map[string][]string{}
	for _, s := range sources(t) {
		declared[s.path] = append(declared[s.path], declarations(s.syntax)...)
	}
	page := string(read(t, "docs/architecture.md"))
	for _, m := range hop.FindAllStringSubmatch(page, -1) {
		if declared[m[1]] == nil {
			t.Errorf("docs/architecture.md names %s, which is not there or declares nothing", m[1])
		}
	}
	_, walk, found := strings.Cut(page, "## One task")
	if !found {
		t.Fatal("docs/architecture.md follows no task")
	}
	hops := 0
	for _, m := range hop.FindAllStringSubmatch(walk, -1) {
		for _, name := range in.FindAllStringSubmatch(m[2], -1) {
			hops++
			if !slices.Contains(declared[m[1]], name[1]) {
				t.Errorf("docs/architecture.md follows the task to %s in %s, which does not declare it", name[1], m[1])
			}
		}
	}
	if hops < 25 {
		t.Errorf("%d functions were looked up; did the page's form change?", hops)
	}
}

// declarations lists the functions, methods and types that a file declares.
func declarations(file *ast.File) (names []string) {
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			names = append(names, d.Name.Name)
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if s, ok := s.(*ast.TypeSpec); ok {
					names = append(names, s.Name.Name)
				}
			}
		}
	}
	return names
}
