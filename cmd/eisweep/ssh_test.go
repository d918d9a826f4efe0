package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A shell on another host begins in a folder of its own.
func TestWorkersElsewhereFindCredentials(t *testing.T) {
	bin, here := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "ssh"), []byte("#!/bin/sh\necho 4711\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	t.Chdir(here)
	must(t, "run", sweepFile(t, "mine", "1", "[1]"), "-p", "results")
	e, out, told := quiet()
	command := newCommand(e)
	command.SetArgs([]string{"worker", "-p", "results", "--on", "node01", "--slots", "2", "--nats", "tls://nats:4222", "--creds", "my creds", "--tls-ca", "ca.pem"})
	if err := command.ExecuteContext(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, told)
	}
	want := " worker -p " + filepath.Join(here, "results") + " --slots=2 --nats tls://nats:4222 --creds '" + filepath.Join(here, "my creds") + "' --tls-ca " + filepath.Join(here, "ca.pem") + " (process 4711;"
	if !strings.Contains(out.String(), want) {
		t.Errorf("the host is told\n%s; want\n%s", out, want)
	}
}
