package e2e

import (
	"bytes"
	"debug/elf"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestAReleaseIsTheSameBytesWhereverItIsBuilt builds everything that is given out twice, of copies of the sources that
// differ in whatever a build could let through: their directory, their files' times and modes, and the umask. It then
// looks at what was built.
func TestAReleaseIsTheSameBytesWhereverItIsBuilt(t *testing.T) {
	needs(t, namespaceErr)
	needsPython(t)
	needsPrograms(t, map[string]string{
		"aarch64-linux-gnu-gcc": "gcc-aarch64-linux-gnu", "buildah": "buildah", "dpkg-deb": "dpkg", "qemu-aarch64": "qemu-user",
	})
	if _, err := os.Stat("../../bin/sysroot/arm64/complete"); err != nil {
		needs(t, fmt.Errorf("%w: make setup-e2e fetches Debian's libraries for arm64", err))
	}
	one, other := released(t, "022", ""), released(t, "077", "2001-02-03")
	want, got := files(t, one), files(t, other)
	if len(want) != 9 || strings.Join(want, " ") != strings.Join(got, " ") {
		t.Fatalf("released: %q and %q", want, got)
	}
	for _, name := range want {
		if contents(filepath.Join(one, name)) != contents(filepath.Join(other, name)) {
			t.Errorf("%s: two builds gave different bytes", name)
		}
	}
	sums := exec.Command("sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS")
	sums.Dir = one
	if said, err := sums.CombinedOutput(); err != nil || strings.Count(contents(filepath.Join(one, "SHA256SUMS")), "\n") != len(want)-1 {
		t.Errorf("sha256sum: %v\n%s", err, said)
	}
	python := wheelInstalled(t, filepath.Join(one, "eisweep-1.2.0rc1-py3-none-any.whl"))
	if said, err := exec.Command(python, "-c", "import eisweep; print(eisweep.__version__)").CombinedOutput(); string(said) != "1.2.0rc1\n" {
		t.Errorf("the Python package has the version %s (%v)", said, err)
	}
	sweeps := everyExperiment(t)
	results := undisturbed(t, sweeps...)
	for arch, machine := range map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64} {
		t.Run(arch, func(t *testing.T) {
			program := filepath.Join(one, "eisweep-v1.2.0-rc.1-linux-"+arch)
			isStatic(t, program, machine)
			printsVersion(t, arch, program)
			computes(t, arch, program, sweeps, results)
			installs(t, arch, filepath.Join(one, "eisweep_1.2.0~rc.1_"+arch+".deb"), program)
			imageHolds(t, program+".oci.tar", arch, program)
		})
	}
}

// released is the directory of a release that was built of a copy of the sources.
func released(t *testing.T, umask, touched string) string {
	t.Helper()
	dir := t.TempDir()
	const script = `umask "$1"; mkdir -p "$3/bin/sysroot"
tar -C ../.. --exclude=./bin --exclude=./dist --exclude=./.git --exclude=./testdata --exclude=./internal/e2e -cf - . |
	tar -C "$3" -xmf - --no-same-permissions
cp -R ../../bin/sysroot/arm64 "$3/bin/sysroot/"
[ -z "$2" ] || find "$3" -exec touch -h -d "$2" {} +
cd "$3" && exec tools/release/release v1.2.0-rc.1 1700000000 dist`
	if err := command("sh", "-euc", script, "sh", umask, touched, dir); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "dist")
}

// isStatic wants a program of the processor that asks for no library and no loader.
func isStatic(t *testing.T, path string, machine elf.Machine) {
	t.Helper()
	f, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	libraries, err := f.ImportedLibraries()
	if f.Machine != machine || err != nil || len(libraries) > 0 || f.Section(".interp") != nil {
		t.Errorf("%s: %v, needs %q (%v)", filepath.Base(path), f.Machine, libraries, err)
	}
}

// printsVersion runs a program, on an emulated processor if need be.
func printsVersion(t *testing.T, arch, program string) {
	t.Helper()
	said, err := onProcessor(arch, program, "version").CombinedOutput()
	if err != nil || !strings.Contains(string(said), "eisweep v1.2.0-rc.1\n") || !strings.Contains(string(said), "linux/"+arch) {
		t.Errorf("%s version: %v\n%s", program, err, said)
	}
}

// onProcessor is a program of a processor as a command, to be emulated if need be.
func onProcessor(arch string, argv ...string) *exec.Cmd {
	if arch != runtime.GOARCH {
		argv = append([]string{map[string]string{"amd64": "qemu-x86_64", "arm64": "qemu-aarch64"}[arch]}, argv...)
	}
	return exec.Command(argv[0], argv[1:]...)
}

// everyExperiment is a sweep of each, all of them brief.
func everyExperiment(t testing.TB) []string {
	t.Helper()
	const few = "numint.max_steps = 20\n"
	return []string{sweepFile(t, "approximate", 2, 4, 1, few), trainingFile(t, "GRADIENT", "gradient", 2, 4, 1, few),
		perturbFile(t, "perturb", "approximate")}
}

// computes wants a program to compute the same results, to the bit, on whatever processor.
func computes(t *testing.T, arch, program string, files []string, want map[string]digests) {
	t.Helper()
	root := t.TempDir()
	run := onProcessor(arch, append([]string{program, "run", "-p", root}, files...)...)
	if said, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%q: %v\n%s", run.Args, err, said)
	}
	for sweep, want := range want {
		if got := doneOf(manifestLines(t, root, sweep)); len(want) != 2 || !maps.Equal(got, want) {
			t.Errorf("%s: %v, want two as the ordinary build has them: %v", sweep, got, want)
		}
	}
}

// installs installs, and purges, a package in a root that has nothing, and asks the program that is then there.
func installs(t *testing.T, arch, deb, program string) {
	t.Helper()
	root := t.TempDir()
	for _, dir := range []string{"etc", "var/lib/dpkg/info", "var/lib/dpkg/updates"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(root, "var/lib/dpkg/status"), "")
	dpkg := func(args ...string) {
		t.Helper()
		if err := command(
			"dpkg",
			append([]string{"--root=" + root, "--force-script-chrootless", "--force-not-root", "--force-architecture"}, args...)...); err != nil {
			t.Fatal(err)
		}
	}
	dpkg("--install", deb)
	installed := filepath.Join(root, "usr/bin/eisweep")
	printsVersion(t, arch, installed)
	if contents(installed) != contents(program) {
		t.Error("the package has another program than the one that is released")
	}
	if users := contents(filepath.Join(root, "etc/passwd")); !strings.Contains(users, "eisweep:") {
		t.Errorf("the units' user is not there: %q", users)
	}
	for _, path := range []string{"lib/systemd/system/eisweep-coordinator.service", "lib/systemd/system/eisweep-worker@.service",
		"share/doc/eisweep/docs/cluster.md", "share/doc/eisweep/deploy/systemd/env.example", "share/doc/eisweep/copyright"} {
		if contents(filepath.Join(root, "usr", path)) == "" {
			t.Errorf("the package lacks /usr/%s", path)
		}
	}
	dpkg("--purge", "eisweep")
	if _, err := os.Stat(installed); !os.IsNotExist(err) {
		t.Errorf("the package leaves its program: %v", err)
	}
}

// imageHolds has an engine read an archive, and wants the image to be for the processor and to hold the program.
func imageHolds(t *testing.T, archive, arch, program string) {
	t.Helper()
	dir := t.TempDir()
	buildah := func(args ...string) string {
		t.Helper()
		cmd := exec.Command(
			"buildah",
			append([]string{"--root", filepath.Join(dir, "images"), "--runroot", filepath.Join(dir, "run"), "--storage-driver", "vfs"}, args...)...)
		var said bytes.Buffer
		cmd.Stderr = &said
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("buildah %q: %v\n%s", args, err, said.Bytes())
		}
		return strings.TrimSpace(string(out))
	}
	image := buildah("pull", "--quiet", "oci-archive:"+archive)
	if got := buildah(
		"inspect",
		"--type",
		"image",
		"--format",
		"{{.OCIv1.Architecture}} {{.OCIv1.Config.Entrypoint}} {{.OCIv1.Config.User}}",
		image,
	); got != arch+" [/eisweep] 1000:1000" {
		t.Errorf("the image is %q", got)
	}
	container := buildah("from", "--pull-never", image)
	inside := buildah("mount", container)
	hasLicences(t, inside)
	if contents(filepath.Join(inside, "eisweep")) != contents(program) {
		t.Error("the image has another program than the one that is released")
	}
}
