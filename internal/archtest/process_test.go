package archtest

import (
	"go/ast"
	"testing"
)

// process is what a process has only one of. Outside cmd it comes as a value from the caller.
var process = map[string][]string{
	"os": {
		"Args",
		"Environ",
		"Exit",
		"Getenv",
		"LookupEnv",
		"ExpandEnv",
		"Setenv",
		"Unsetenv",
		"Chdir",
		"UserHomeDir",
		"UserCacheDir",
		"UserConfigDir",
	},
	"log": {"Fatal", "Fatalf", "Fatalln"},
}

// testChild is a package that only tests use: it makes the test binary a child process, too.
const testChild = "internal/resultstest"

func TestOnlyCommandsReadTheProcess(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || within(s.pkg, "cmd") || s.pkg == testChild {
			continue
		}
		selectors(s, func(pkg, name string, at ast.Node) {
			for _, n := range process[pkg] {
				if n == name {
					t.Errorf("%s: %s.%s outside cmd: take it as an argument", fset.Position(at.Pos()), pkg, name)
				}
			}
		})
	}
}

func TestTestsDontSleep(t *testing.T) {
	for _, s := range sources(t) {
		if !s.test {
			continue
		}
		selectors(s, func(pkg, name string, at ast.Node) {
			if pkg == "time" && name == "Sleep" {
				t.Errorf("%s: wait for a signal with a deadline instead of sleeping", fset.Position(at.Pos()))
			}
		})
	}
}

// selectors calls f for every pkg.Name in the file.
func selectors(s source, f func(pkg, name string, at ast.Node)) {
	ast.Inspect(s.syntax, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if pkg, ok := selector.X.(*ast.Ident); ok {
				f(pkg.Name, selector.Sel.Name, n)
			}
		}
		return true
	})
}
