package trials

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// engine is podman with images, containers and networks of its own.
type engine struct {
	t   testing.TB
	env []string
}

// What the engine is told: to keep everything in its own folder, and to be content with what a machine grants that is a
// container itself.
const (
	storageConfig = `[storage]
driver = "vfs"
graphroot = "{folder}/images"
runroot = "{folder}/run"
`
	engineConfig = `[network]
network_backend = "netavark"
network_config_dir = "{folder}/networks"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
lock_type = "file"
runtime = "runc"
tmp_dir = "{folder}/tmp"
[engine.runtimes]
runc = ["{folder}/runc"]
`
	// runcScript is runc without limits of resources, which can't be raised without CAP_SYS_RESOURCE.
	runcScript = `#!/bin/sh
last=
for a; do [ "$last" = --bundle ] || [ "$last" = -b ] && bundle=$a; last=$a; done
[ -n "$bundle" ] && sed -i -E 's/"rlimits":\[[^]]*\]/"rlimits":[]/' "$bundle/config.json"
exec {runc} "$@"
`
)

// newEngine has no image. What runs in it is removed when the trial ends.
func newEngine(t testing.TB) *engine {
	t.Helper()
	needs(t, apart)
	needsPrograms(t, map[string]string{"podman": "podman", "buildah": "buildah", "runc": "runc", "iptables": "iptables"})
	runc, err := exec.LookPath("runc")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for name, text := range map[string]string{"storage.conf": storageConfig, "containers.conf": engineConfig, "runc": runcScript} {
		write(t, filepath.Join(folder, name), text, "{folder}", folder, "{runc}", runc)
	}
	e := &engine{t: t, env: append(os.Environ(),
		"CONTAINERS_STORAGE_CONF="+filepath.Join(folder, "storage.conf"),
		"CONTAINERS_CONF="+filepath.Join(folder, "containers.conf"),
		"BUILDAH_ISOLATION=chroot",
	)}
	t.Cleanup(func() {
		e.does("podman", "pod", "rm", "--all", "--force", "--time", "0")
		e.does("podman", "rm", "--all", "--force", "--time", "0")
	})
	return e
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
	e.does("../tools/release/image", filepath.Dir(built(e.t, static)), "eisweep")
}
