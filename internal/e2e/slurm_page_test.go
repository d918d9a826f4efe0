package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// firstSweep is the sweep file of docs/cluster.md.
var firstSweep = regexp.MustCompile("(?ms)^```toml\n(# first.toml\n.*?)^```$")

// TestSlurmAsThePageHasIt follows the Slurm section of docs/cluster.md, on a login node.
func TestSlurmAsThePageHasIt(t *testing.T) {
	t.Parallel() // most of it is waiting
	page, blocks := contents("../../docs/cluster.md"), commandsOf(t, "Slurm")
	sweep := firstSweep.FindStringSubmatch(page)
	if len(blocks) != 3 || sweep == nil {
		t.Fatalf("the page has %d blocks, want jobs by order, by need, and the script; sweep file: %v", len(blocks), sweep != nil)
	}
	n := newNetwork(t, t.TempDir())
	s := newSlurm(t, n, 3)
	home := s.desk.shared()
	file := filepath.Join(home, "first.toml")
	write(t, file, sweep[1])
	want := undisturbed(t, file)["first"]
	if err := os.Symlink(built(t, plain), filepath.Join(home, "eisweep")); err != nil {
		t.Fatal(err)
	}
	env := append(s.env(), "HOME="+home, "PATH="+home+":"+os.Getenv("PATH"), "XDG_STATE_HOME=", "EISWEEP_ROOT=")
	follow := func(block string) {
		t.Helper()
		if p := start(t, s.desk, env, "bash", "-euc", "cd\n"+block); p.end() != 0 {
			t.Fatalf("exit code %d\n%s\n%s", p.code, block, p.output())
		}
	}
	c := &cluster{t: t, program: built(t, plain), env: env}
	lab := filepath.Join(home, "experiments", "lab")
	follow(blocks[0])
	verdict(t, c, lab, "first", want)
	follow(blocks[1])
	verdict(t, c, filepath.Join(home, "experiments", "auto"), "first", want)
	s.does("scancel", "--user=root") // whose workers wait for ten minutes
	before := len(workersOfJobs(t, lab))
	follow(blocks[2])
	await(t, "a worker in a job of the script", func() bool { return len(workersOfJobs(t, lab)) > before })
}

// workersOfJobs are those that jobs have started under a root, by what they say at first.
func workersOfJobs(t testing.TB, root string) (names []string) {
	t.Helper()
	logs, err := filepath.Glob(filepath.Join(root, ".eisweep", "processes", "*", "slurm.*.log"))
	if err != nil {
		t.Fatal(err)
	}
	for _, log := range logs {
		for _, m := range workerIsReady.FindAllStringSubmatch(contents(log), -1) {
			names = append(names, m[1]+"-"+m[2])
		}
	}
	return names
}
