package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// left finds a block of commands that the page's own test leaves to the end-to-end tests, which have what it needs.
var left = regexp.MustCompile("(?ms)^<!-- not run: [^\n]*\\bend-to-end tests\\b[^\n]* -->\n```sh\n(.*?)^```$")

// commandsOf are the blocks of commands in a section of docs/cluster.md that are left to the end-to-end tests.
func commandsOf(t testing.TB, section string) (blocks []string) {
	t.Helper()
	page, err := os.ReadFile("../../docs/cluster.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, found := strings.Cut(string(page), "\n## "+section+"\n")
	if !found {
		t.Fatalf("docs/cluster.md has no section %s", section)
	}
	text, _, _ = strings.Cut(text, "\n## ")
	for _, m := range left.FindAllStringSubmatch(text, -1) {
		blocks = append(blocks, m[1])
	}
	return blocks
}

// reader is who does what the page says where an engine runs containers: in a home that has the repository's deploy.
type reader struct {
	e    *engine
	home string
}

func newReader(e *engine) *reader {
	e.t.Helper()
	r := &reader{e: e, home: e.t.TempDir()}
	copyDeploy(e.t, filepath.Join(r.home, "deploy"))
	return r
}

// copyDeploy copies what operators copy, without keys that were made there.
func copyDeploy(t testing.TB, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS("../../deploy")); err != nil {
		t.Fatal(err)
	}
	for _, directory := range []string{"compose", "kubernetes"} {
		if err := os.RemoveAll(filepath.Join(to, directory, "keys")); err != nil {
			t.Fatal(err)
		}
	}
}

// tries does what a block of the page says, with the home's bin before the other programs.
func (r *reader) tries(block string) error {
	path := filepath.Join(r.home, "bin") + ":" + filepath.Dir(built(r.e.t, plain)) + ":" + os.Getenv("PATH")
	_, err := r.e.tries("timeout", fmt.Sprint(2*patience.Seconds()), "env", "--chdir="+r.home, "HOME="+r.home, "PATH="+path,
		"EISWEEP_ROOT=", "bash", "-euc", block)
	return err
}

// follow does what a block says and wants it to succeed.
func (r *reader) follow(block string) {
	r.e.t.Helper()
	if err := r.tries(block); err != nil {
		r.e.t.Fatalf("docs/cluster.md: %v", err)
	}
}
