package archtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// block is a fenced block of the front page. One that can't be run in a test has a comment before it that says why.
type block struct {
	language, text string
	line           int
	notRun         bool
}

var fence = regexp.MustCompile("(?ms)^(<!-- not run: [^\n]+ -->\n)?```([a-z]+)\n(.*?)^```$")

func blocks(text string) []block {
	var all []block
	for _, m := range fence.FindAllStringSubmatchIndex(text, -1) {
		all = append(all, block{
			language: text[m[4]:m[5]],
			text:     text[m[6]:m[7]],
			line:     1 + strings.Count(text[:m[4]], "\n"),
			notRun:   m[2] >= 0,
		})
	}
	return all
}

// TestFrontPageRuns does what README.md tells its reader, in its order, as a reader with an empty home would: sweep files are
// written under the name in their first line, commands and Python are run.
func TestFrontPageRuns(t *testing.T) {
	python := pythonWith(t, "tables", "pandas")
	home, bin := t.TempDir(), t.TempDir()
	build := exec.Command("go", "build", "-buildvcs=false", "-o", bin, "./cmd/eisweep")
	build.Dir = top
	if told, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, told)
	}
	ran := 0
	for _, b := range blocks(string(read(t, "README.md"))) {
		if b.notRun {
			continue
		}
		switch b.language {
		case "toml":
			keep(t, home, b)
		case "sh":
			ran += strings.Count("\n"+b.text, "\neisweep ")
			follows(t, home, bin, b, "bash", "-euc", b.text)
		case "python":
			follows(t, home, bin, b, python, "-c", b.text)
		}
	}
	if ran < 5 {
		t.Errorf("%d commands of README.md were run; did its form change?", ran)
	}
}

// keep writes a sweep file of the page.
func keep(t *testing.T, home string, b block) {
	t.Helper()
	name, _, _ := strings.Cut(strings.TrimPrefix(b.text, "# "), "\n")
	if filepath.Ext(name) != ".toml" {
		t.Fatalf("README.md:%d: the sweep file's first line should be a comment with its name, not %q", b.line, name)
	}
	if err := os.WriteFile(filepath.Join(home, name), []byte(b.text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// follows runs a block and wants it to succeed.
func follows(t *testing.T, home, bin string, b block, command ...string) {
	t.Helper()
	run := exec.Command(command[0], command[1:]...)
	run.Dir = home
	run.Env = environment(home, bin)
	if told, err := run.CombinedOutput(); err != nil {
		t.Errorf("README.md:%d: %v\n%s\n%s", b.line, err, b.text, told)
	}
}

// environment is that of a reader whose home is empty, who has the program in a folder and has set nothing for it.
func environment(home, bin string) []string {
	env := slices.DeleteFunc(os.Environ(), func(setting string) bool {
		return strings.HasPrefix(setting, "EISWEEP_") || strings.HasPrefix(setting, "XDG_STATE_HOME=")
	})
	return append(env, "HOME="+home, fmt.Sprintf("PATH=%s:%s", bin, os.Getenv("PATH")))
}

// pythonWith finds a Python that has the modules, Debian's first. Where there is none the test fails in CI and is skipped, by name,
// elsewhere.
func pythonWith(t *testing.T, modules ...string) string {
	t.Helper()
	for _, python := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(python, "-c", "import "+strings.Join(modules, ", ")).Run() == nil {
			return python
		}
	}
	lacking := fmt.Sprintf("needs a Python 3 with %s (make setup-test)", strings.Join(modules, ", "))
	if os.Getenv("CI") == "true" {
		t.Fatal(lacking)
	}
	t.Skip(lacking)
	return ""
}

// TestFirstScreenIsShort wants at most five commands before the page's first heading after its title.
func TestFirstScreenIsShort(t *testing.T) {
	text := string(read(t, "README.md"))
	first, _, found := strings.Cut(text, "\n## ")
	if !found {
		t.Fatal("README.md has no sections")
	}
	commands := 0
	for _, b := range blocks(first) {
		if b.language == "sh" {
			commands += strings.Count(b.text, "\n")
		}
	}
	if commands == 0 || commands > 5 {
		t.Errorf("the first screen has %d commands, want one to five", commands)
	}
	if lines := strings.Count(first, "\n"); lines > 40 {
		t.Errorf("the first screen has %d lines", lines)
	}
}
