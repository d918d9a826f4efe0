package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"eisweep/internal/root"
)

// TestDeployedScriptIsWhatPrintGives holds the script that operators copy against what
// the command writes for the same wishes.
func TestDeployedScriptIsWhatPrintGives(t *testing.T) {
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	self, err := exec.LookPath("eisweep")
	if err != nil {
		t.Fatal(err)
	}
	if self, err = filepath.EvalSymlinks(self); err != nil {
		t.Fatal(err)
	}
	var told bytes.Buffer
	cmd := exec.Command("eisweep", "slurm", "-p", r.Path(), "--workers", "10", "--cores", "8", "--time", "4h", "--mem-per-core", "1G",
		"--setup", "module load gcc", "--idle-timeout", "10m", "--print", "--", "--partition=short", "--account=abc")
	cmd.Stderr = &told
	printed, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, &told)
	}
	got := strings.NewReplacer(self, "/shared/bin/eisweep", fmt.Sprintf("/processes/%d/", os.Geteuid()), "/processes/1000/", r.Path(),
		"/shared/experiments", r.ID(), "ROOT-ID").Replace(
		string(printed),
	)
	const deployed = "../../deploy/slurm/workers.sbatch"
	if os.Getenv("UPDATE_SCRIPTS") != "" {
		if err := os.WriteFile(deployed, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(deployed)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not what --print gives:\n%s", deployed, got)
	}
}

// TestTheJobsScriptQuotesEveryPath runs the script of a root whose path a shell could take for much else.
func TestTheJobsScriptQuotesEveryPath(t *testing.T) {
	where := filepath.Join(t.TempDir(), "it's a \"root\" of $HOME; `touch here` $(touch here) #\\ *~!")
	r, err := root.Open(where)
	if err != nil {
		t.Fatal(err)
	}
	self, err := exec.LookPath("eisweep")
	if err != nil {
		t.Fatal(err)
	}
	if self, err = filepath.EvalSymlinks(self); err != nil {
		t.Fatal(err)
	}
	printed := must(t, "slurm", "-p", where, "--idle-timeout", "5m", "--nats", "tls://nats:4222", "--creds", "my $creds", "--print")
	_, script, _ := strings.Cut(printed, "#!/bin/bash\n")
	directory := t.TempDir()
	run := exec.Command("bash", "-euc", strings.Replace(script, "exec "+self, "printf '<%s>\\n'", 1))
	run.Dir, run.Env = directory, []string{"PATH=" + os.Getenv("PATH"), "SLURM_JOB_END_TIME=1", "HOME=/home"}
	said, err := run.CombinedOutput()
	here, _ := os.Getwd()
	want := "<worker>\n<-p>\n<" + r.Path() + ">\n<--idle-timeout>\n<5m0s>\n<--nats>\n<tls://nats:4222>\n<--creds>\n<" +
		filepath.Join(here, "my $creds") + ">\n"
	if err != nil || string(said) != want {
		t.Errorf("%v: the worker has\n%s\nwant\n%s", err, said, want)
	}
	if left, err := os.ReadDir(directory); err != nil || len(left) > 0 {
		t.Errorf("the script left %v (%v)", left, err)
	}
}
