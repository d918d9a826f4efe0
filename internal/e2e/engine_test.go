package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// engine is podman with images, containers and networks of its own.
type engine struct {
	t   testing.TB
	env []string
}

// What the engine is told: to keep everything in its own directory, and to be content with what a machine grants that is a
// container itself.
const (
	storageConfig = `[storage]
driver = "vfs"
graphroot = "{directory}/images"
runroot = "{directory}/run"
`
	engineConfig = `[network]
network_backend = "netavark"
network_config_dir = "{directory}/networks"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
lock_type = "file"
runtime = "runc"
tmp_dir = "{directory}/tmp"
[engine.runtimes]
runc = ["{directory}/runc"]
`
	// runcScript is runc without limits of resources, which can't be raised without CAP_SYS_RESOURCE.
	runcScript = `#!/bin/sh
last=
for a; do [ "$last" = --bundle ] || [ "$last" = -b ] && bundle=$a; last=$a; done
[ -n "$bundle" ] && sed -i -E 's/"rlimits":\[[^]]*\]/"rlimits":[]/' "$bundle/config.json"
exec {runc} "$@"
`
)

// newEngine has no image. What runs in it is removed when the test ends.
func newEngine(t testing.TB) *engine {
	t.Helper()
	needs(t, namespaceErr)
	needsPrograms(t, map[string]string{"podman": "podman", "buildah": "buildah", "runc": "runc", "iptables": "iptables"})
	runc, err := exec.LookPath("runc")
	if err != nil {
		t.Fatal(err)
	}
	directory := t.TempDir()
	for name, text := range map[string]string{"storage.conf": storageConfig, "containers.conf": engineConfig, "runc": runcScript} {
		write(t, filepath.Join(directory, name), text, "{directory}", directory, "{runc}", runc)
	}
	e := &engine{t: t, env: append(os.Environ(),
		"CONTAINERS_STORAGE_CONF="+filepath.Join(directory, "storage.conf"),
		"CONTAINERS_CONF="+filepath.Join(directory, "containers.conf"),
		"BUILDAH_ISOLATION=chroot",
	)}
	t.Cleanup(func() {
		if t.Failed() {
			e.logOutput()
		}
		e.does("podman", "pod", "rm", "--all", "--force", "--time", "0")
		e.does("podman", "rm", "--all", "--force", "--time", "0")
	})
	return e
}

// tell shows what the containers said last.
func (e *engine) logOutput() {
	e.t.Helper()
	for _, container := range strings.Fields(e.does("podman", "ps", "--all", "--format", "{{.Names}}")) {
		said, err := e.tries("podman", "logs", "--tail", "40", container)
		e.t.Logf("%s: %v\n%s", container, err, said)
	}
}

// tries runs a command that reaches the engine, and returns what it wrote.
func (e *engine) tries(name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Env = e.env
	said, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s %q: %w\n%s", name, args, err, said)
	}
	return string(said), err
}

// does runs a command and wants it to succeed.
func (e *engine) does(name string, args ...string) string {
	e.t.Helper()
	said, err := e.tries(name, args...)
	if err != nil {
		e.t.Fatal(err)
	}
	return said
}

// image builds the program's image as `make image` does.
func (e *engine) image() {
	e.t.Helper()
	e.does("../../tools/release/image", filepath.Dir(built(e.t, static)), "eisweep")
}

// failingImage builds the same of the test build, to which failpoints say what shall go wrong.
func (e *engine) failingImage(failpoints string) {
	e.t.Helper()
	e.does("../../tools/release/image", filepath.Dir(built(e.t, staticFailing)), "eisweep-failing")
	directory := e.t.TempDir()
	write(e.t, filepath.Join(directory, "Containerfile"), "FROM localhost/eisweep-failing\nENV EISWEEP_FAILPOINTS=\""+failpoints+"\"\n")
	e.does("podman", "build", "--tag", "localhost/eisweep", directory)
}

// natsImage builds what goes by the name of the official image, of the version that this module is made with.
func (e *engine) natsImage() {
	e.t.Helper()
	version, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", "github.com/nats-io/nats-server/v2").Output()
	if err != nil {
		e.t.Fatal(err)
	}
	directory := e.t.TempDir()
	if err := os.Link(built(e.t, natsServer), filepath.Join(directory, "nats-server")); err != nil {
		e.t.Fatal(err)
	}
	write(e.t, filepath.Join(directory, "Containerfile"), "FROM scratch\nCOPY nats-server /nats-server\nENTRYPOINT [\"/nats-server\"]\n")
	e.does("podman", "build", "--tag", "docker.io/library/nats:"+strings.TrimPrefix(strings.TrimSpace(string(version)), "v"), directory)
}
