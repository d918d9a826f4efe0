package archtest

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestOtherSystemsAreRefusedByName builds the program for other systems, which ends before anything is compiled and says why.
func TestOtherSystemsAreRefusedByName(t *testing.T) {
	for _, system := range []string{"darwin", "freebsd", "windows"} {
		build := exec.Command("go", "build", "-o", os.DevNull, "./cmd/eisweep")
		build.Dir, build.Env = top, append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=1")
		said, err := build.CombinedOutput()
		if err == nil || !strings.Contains(string(said), "build constraints exclude all Go files in") ||
			!strings.Contains(string(said), "internal/linuxonly") {
			t.Errorf("%s: %v\n%s", system, err, said)
		}
		if strings.Contains(string(said), "undefined") {
			t.Errorf("%s: it is compiled all the same:\n%s", system, said)
		}
	}
}

// TestMakeRefusesOtherSystems has uname say that this is another.
func TestMakeRefusesOtherSystems(t *testing.T) {
	bin := t.TempDir()
	if err := os.WriteFile(bin+"/uname", []byte("#!/bin/sh\necho Darwin\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	run := exec.Command("make", "-s", "-C", top, "help")
	run.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
	if said, err := run.CombinedOutput(); err == nil || !strings.Contains(string(said), "on Linux only") {
		t.Errorf("make: %v\n%s", err, said)
	}
}
