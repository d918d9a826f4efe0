package slurm

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSbatchReadsOptionsAsCheckOptions holds the lists of options that take the next word, and of those that don't, against
// the sbatch of this machine, which needs no Slurm to read its command line.
func TestSbatchReadsOptionsAsCheckOptions(t *testing.T) {
	if _, err := exec.LookPath("sbatch"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%v: install slurm-wlm (tools/setup e2e does)", err)
		}
		t.Skip("no sbatch on this machine")
	}
	conf := filepath.Join(t.TempDir(), "slurm.conf")
	if err := os.WriteFile(conf, []byte("ClusterName=none\nSlurmctldHost=localhost\nAuthType=auth/none\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	says := func(args ...string) string {
		cmd := exec.Command("sbatch", args...)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "SLURM_CONF=" + conf}
		said, _ := cmd.CombinedOutput() // it fails each time
		return string(said)
	}
	for _, letter := range withValue {
		if said := says("-" + string(letter)); !strings.Contains(said, "requires an argument") {
			t.Errorf("-%c takes no word: %s", letter, said)
		}
	}
	for _, letter := range withoutValue {
		said := says("-"+string(letter), "--partition")
		answered := strings.Contains(said, "Usage: ") || strings.HasPrefix(said, "slurm") || strings.Contains(said, "invalid option")
		if !answered && !strings.Contains(said, "'--partition' requires an argument") {
			t.Errorf("-%c takes the next word: %s", letter, said)
		}
	}
	for _, name := range longWithValue {
		if said := says("--" + name); !strings.Contains(said, "requires an argument") && !strings.Contains(said, "unrecognized option") {
			t.Errorf("--%s takes no word: %s", name, said)
		}
	}
}
