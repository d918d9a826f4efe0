package e2e

import (
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// kubectlScript does by podman what the page has kubectl do: apply starts all but the workers, which are the scaler's.
const kubectlScript = `#!/bin/sh
set -e
case "$*" in
"apply -k "*)
	{kubernetes} check "$3" {definition}
	{kubernetes} pods "$3" {pods}
	for k in 0 1 2; do podman kube play --network eisweep:alias=nats-$k.nats {pods}/nats-$k.yaml; done
	podman kube play --network eisweep {pods}/coordinator.yaml ;;
"-n eisweep rollout status deployment/coordinator")
	address=$(podman inspect --format '{{(index .NetworkSettings.Networks "eisweep").IPAddress}}' \
		$(podman pod inspect --format '{{.InfraContainerID}}' coordinator-pod-0))
	until curl -fs http://$address:9090/readyz; do sleep 0.2; done ;;
"-n eisweep exec -i deployment/coordinator -- "*)
	shift 6
	exec podman exec -i coordinator-pod-0-coordinator "$@" ;;
*)
	echo "kubectl doesn't know $*" >&2
	exit 2 ;;
esac
`

// pods are those of the manifests, played by podman.
type pods struct {
	*reader
	files string // what is played
}

// TestKubernetesAsThePageHasIt follows the Kubernetes section of docs/cluster.md, with podman in place of a cluster, and
// starts workers as the scaler would.
func TestKubernetesAsThePageHasIt(t *testing.T) {
	page, sweep := commandsOf(t, "Kubernetes"), firstSweep.FindStringSubmatch(contents("../../docs/cluster.md"))
	if len(page) != 2 || sweep == nil {
		t.Fatalf("the page has %d blocks, want start and use; sweep file: %v", len(page), sweep != nil)
	}
	needsPrograms(t, map[string]string{"curl": "curl"})
	e := newEngine(t)
	e.image()
	e.natsImage()
	p := &pods{newReader(e), t.TempDir()}
	if err := os.Mkdir(filepath.Join(p.home, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	definition, err := filepath.Abs(scaledObjects)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(p.home, "bin", "kubectl"), kubectlScript, "{kubernetes}", built(t, kubernetes), "{definition}", definition,
		"{pods}", p.files)
	file := filepath.Join(p.home, "first.toml")
	write(t, file, sweep[1])
	want := undisturbed(t, file)["first"]
	results := p.claim("results")
	e.does("podman", "network", "create", "eisweep")

	p.follow(page[0])
	scaled := make(chan error, 1)
	go func() { scaled <- p.scale(float64(len(want))) }()
	p.follow(page[1])
	select {
	case err := <-scaled:
		if err != nil {
			t.Fatal(err)
		}
	default:
		t.Fatal("the page's commands ended before there were workers")
	}

	if got := doneOf(manifestLines(t, results, "first")); !maps.Equal(got, want) {
		t.Errorf("%d results, %d of them as an undisturbed run has them; it has %d", len(got), agreeing(got, want), len(want))
	}
	if pending, err := p.pending(); err != nil || pending != 0 {
		t.Errorf("%v tasks are pending, %v", pending, err)
	}
	e.does("podman", "pod", "stop", "--time", "100", "worker-pod-0")
	if code := strings.TrimSpace(e.does("podman", "inspect", "--format", "{{.State.ExitCode}}", "worker-pod-0-worker")); code != "0" {
		t.Errorf("the worker's exit code after TERM is %s", code)
	}
}

// claim makes the volume of a claim and returns its directory, which belongs to the pods' user.
func (p *pods) claim(name string) (directory string) {
	p.e.t.Helper()
	directory = p.e.t.TempDir()
	if err := os.Chown(directory, 1000, 1000); err != nil {
		p.e.t.Fatal(err)
	}
	p.e.does("podman", "volume", "create", "--opt", "type=none", "--opt", "o=bind", "--opt", "device="+directory, name)
	return directory
}

// scale starts workers once the scaler's metric has a value, as KEDA would for this many tasks.
func (p *pods) scale(tasks float64) error {
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for end := time.After(patience); ; {
		pending, err := p.pending()
		switch {
		case err != nil:
			return err
		case pending != tasks: // not yet launched
		case math.Ceil(pending/p.target()) != 2:
			return fmt.Errorf("%v tasks want %v workers", pending, math.Ceil(pending/p.target()))
		default:
			_, err := p.e.tries("podman", "kube", "play", "--network", "eisweep", filepath.Join(p.files, "worker.yaml"))
			return err
		}
		select {
		case <-look.C:
		case <-end:
			return fmt.Errorf("%v tasks are pending, want %v", pending, tasks)
		}
	}
}

// What the scaler asks, and for what.
var (
	scalerURL      = regexp.MustCompile(`(?m)^ *url: (\S+)$`)
	scalerLocation = regexp.MustCompile(`(?m)^ *valueLocation: (\S+)$`)
	scalerTarget   = regexp.MustCompile(`(?m)^ *targetValue: "([0-9]+)"`)
	workerCores    = regexp.MustCompile(`(?m)^ *limits: \{ cpu: "([0-9]+)"`)
)

func shipped(name string) string { return contents(filepath.Join("../../deploy/kubernetes", name)) }

// target is how many tasks a worker is to have.
func (p *pods) target() float64 {
	target, _ := strconv.ParseFloat(scalerTarget.FindStringSubmatch(shipped("scaler.yaml"))[1], 64)
	return target
}

// pending is the scaler's metric, asked for and read as KEDA does.
func (p *pods) pending() (float64, error) {
	pod, err := p.e.tries("podman", "pod", "inspect", "--format", "{{.InfraContainerID}}", "coordinator-pod-0")
	if err != nil {
		return 0, err
	}
	address, err := p.e.tries("podman", "inspect", "--format", `{{(index .NetworkSettings.Networks "eisweep").IPAddress}}`,
		strings.TrimSpace(pod))
	if err != nil {
		return 0, err
	}
	at, err := url.Parse(scalerURL.FindStringSubmatch(shipped("scaler.yaml"))[1])
	if err != nil {
		return 0, err
	}
	at.Host = strings.TrimSpace(address) + ":" + at.Port()
	response, err := http.Get(at.String())
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("%s: %s, %w", at, response.Status, err)
	}
	name := scalerLocation.FindStringSubmatch(shipped("scaler.yaml"))[1]
	value := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindSubmatch(text)
	if value == nil {
		return 0, fmt.Errorf("%s doesn't tell %s:\n%s", at, name, text)
	}
	return strconv.ParseFloat(string(value[1]), 64)
}

// The scaler counts on as many tasks for a worker as it has cores.
func TestTheScalersTargetIsAWorkersCores(t *testing.T) {
	target, cores := scalerTarget.FindStringSubmatch(shipped("scaler.yaml")), workerCores.FindStringSubmatch(shipped("worker.yaml"))
	if target == nil || cores == nil || target[1] != cores[1] {
		t.Errorf("the scaler's target is %q, a worker's cores are %q", target, cores)
	}
}

// TestTheImageOfNATSIsTheModules holds what is shipped to run against what is tested.
func TestTheImageOfNATSIsTheModules(t *testing.T) {
	version, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", "github.com/nats-io/nats-server/v2").Output()
	if err != nil {
		t.Fatal(err)
	}
	image := "docker.io/library/nats:" + strings.TrimPrefix(strings.TrimSpace(string(version)), "v") + "\n"
	for _, path := range []string{"../../deploy/kubernetes/nats.yaml", "../../deploy/compose/compose.yaml"} {
		if !strings.Contains(contents(path), image) {
			t.Errorf("%s doesn't run %s", path, image)
		}
	}
}
