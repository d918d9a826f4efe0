package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// composed is the compose file's cluster, started as docs/cluster.md says it.
type composed struct{ *reader }

// TestContainersAsThePageHasThem follows the container section of docs/cluster.md, and, before it ends them, stops a
// worker and kills a NATS server while they run a sweep that was launched from outside.
func TestContainersAsThePageHasThem(t *testing.T) {
	want := disturbedWant(t)
	needsPrograms(t, map[string]string{"podman-compose": "podman-compose", "curl": "curl"})
	e := newEngine(t)
	e.failingImage("hold=hold")
	e.natsImage()
	page := commandsOf(t, "Containers")
	if len(page) != 3 {
		t.Fatalf("the page has %d blocks, want start, use and end", len(page))
	}
	s := &composed{newReader(e)}
	s.follow(page[0])
	s.follow(page[1])
	experiments := filepath.Join(s.home, "experiments")
	if got := resultsOf(t, filepath.Join(experiments, "lab")); len(got) != 4 {
		t.Errorf("the page's sweep has %d results, want 4", len(got))
	}

	if err := os.Symlink("lab", filepath.Join(experiments, "root")); err != nil { // as tests call it
		t.Fatal(err)
	}
	outside := hereWith(t, experiments)
	client := &cluster{t: t, program: built(t, plain), options: s.options("client")}
	workers := func() (there, busy int) {
		for _, w := range events[struct{ Busy int }](client, outside, "workers") {
			there, busy = there+1, busy+min(w.Busy, 1)
		}
		return there, busy
	}
	await(t, "both workers", func() bool { there, _ := workers(); return there == 2 })
	held := filepath.Join(experiments, "lab", "hold")
	holdBack(t, held, everyTask)
	follow := client.start(outside, "launch", "--follow", disturbedSweep(t))
	await(t, "both workers at work", func() bool { _, busy := workers(); return busy == 2 })
	worker := s.containers("worker")[0]
	e.does("podman", "kill", s.containers("nats-1")[0])
	e.does("podman", "stop", "--time", "100", worker)
	if code := strings.TrimSpace(e.does("podman", "inspect", "--format", "{{.State.ExitCode}}", worker)); code != "0" {
		t.Errorf("the worker's exit code after TERM is %s\n%s", code, e.does("podman", "logs", worker))
	}
	if err := os.Remove(held); err != nil {
		t.Fatal(err)
	}
	if code := follow.end(); code != 0 {
		t.Errorf("launch --follow: exit code %d\n%s", code, follow.output())
	}
	if !strings.Contains(follow.output(), "results: "+experiments) {
		t.Errorf("launch prints the paths of results as the coordinator sees them:\n%s", follow.output())
	}
	verdict(t, client, client.root(outside), "steady", want)
	s.follow(page[2])
	if left := e.does("podman", "ps", "--all", "--quiet"); left != "" {
		t.Errorf("containers are left: %s", left)
	}
}

// options are those of a role outside of the containers.
func (s *composed) options(role string) []string {
	keys := filepath.Join(s.home, "deploy", "compose", "keys")
	return []string{"--nats", "tls://localhost:4222,tls://localhost:4223,tls://localhost:4224",
		"--nkey", filepath.Join(keys, role+".nk"), "--tls-ca", filepath.Join(keys, "ca.pem")}
}

// containers are those of a service.
func (s *composed) containers(service string) []string {
	s.e.t.Helper()
	found := strings.Fields(s.e.does("podman", "ps", "--quiet", "--filter", "label=com.docker.compose.service="+service))
	if len(found) == 0 {
		s.e.t.Fatalf("no container of %s runs", service)
	}
	return found
}
