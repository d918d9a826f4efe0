package results

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"eisweep/sim"
)

// bombs makes hostile files from a result, and returns their paths by name.
func bombs(t *testing.T) map[string]string {
	t.Helper()
	dir := t.TempDir()
	path, _ := trained(t)
	python(t, dir, "-c", `
import h5py, numpy, shutil, sys
whole, points, copies = sys.argv[1], 1_000_000, 1000

def changed(name):
    shutil.copy(whole, name + ".h5")
    return h5py.File(name + ".h5", "a")

def references(name, path):
    with changed(name) as f:
        if path in f:
            del f[path]
        d = f.create_dataset(path, (copies,), h5py.vlen_dtype(numpy.dtype("<u4")))
        d[0] = numpy.full(points, ord("A"), "<u4")
        for i in range(1, copies):
            d[i] = numpy.array([66], "<u4")
        at = d.id.get_offset()
    b = bytearray(open(name + ".h5", "rb").read())
    for i in range(copies):
        b[at + 16 * i:at + 16 * i + 16] = b[at:at + 16]
    open(name + ".h5", "wb").write(b)

references("log", "stdout")
references("message", "error_msg")
with changed("cycle") as f:
    f["sim_state/up"] = f["/"]
with changed("known_cycle") as f:
    del f["sim_state/wii"]
    f["sim_state/wii"] = f["/"]
with changed("twice") as f:
    del f["sim_state/zei"]
    f["sim_state/zei"] = f["sim_state/wei"]
with changed("node") as f:
    f["sim_state/more"] = numpy.zeros(3)
with changed("deep") as f:
    f.create_group("/".join("g" * 1000))
with changed("members") as f:
    for i in range(5000):
        f.create_group("sim_state/g%d" % i)
with changed("attributes") as f:
    for i in range(3000):
        f["task"].attrs["a%d" % i] = 1
with changed("unfilled") as f:
    del f["raw_data/recording_re"]
    f.create_dataset("raw_data/recording_re", (2**20, 2**24), "f4", chunks=(1, 1024))
with changed("chunk") as f:
    del f["raw_data/recording_re"]
    f.create_dataset("raw_data/recording_re", data=numpy.zeros((16, 2**23), "f4"), chunks=(16, 2**23), compression=9)
with changed("filter") as f:
    del f["raw_data/recording_re"]
    f.create_dataset("raw_data/recording_re", data=numpy.zeros((64, 1500), "f4"), chunks=(64, 1500), compression="lzf")
def replaced(name, value, **how):
    with changed(name) as f:
        del f["sim_state/wee"]
        f.create_dataset("sim_state/wee", data=value, **how)
replaced("scalar", numpy.float32(1))
replaced("nothing", h5py.Empty("f4"))
replaced("axes", numpy.zeros((1,) * 32, "f4"))
replaced("big_endian", numpy.zeros((64, 64), ">f4"))
replaced("strings", ["a", "b"], dtype=h5py.string_dtype())
replaced("lists", [numpy.ones(n, "<f4") for n in (2, 3)], dtype=h5py.vlen_dtype(numpy.dtype("<f4")))
replaced("pairs", numpy.zeros((64, 64), [("x", "<f4"), ("y", "<f4")]))
with changed("text_log") as f:
    del f["stdout"]
    f.create_dataset("stdout", data=["a", "b"], dtype=h5py.string_dtype())
`, path)
	files, err := filepath.Glob(filepath.Join(dir, "*.h5"))
	if err != nil || len(files) != 20 {
		t.Fatalf("%d files (%v)", len(files), err)
	}
	out := map[string]string{}
	for _, f := range files {
		out[strings.TrimSuffix(filepath.Base(f), ".h5")] = f
	}
	return out
}

// The digest of a hostile file is an error that says why the file is refused, and this process doesn't read the file.
func TestDigestOfAHostileFileIsRefused(t *testing.T) {
	prober := Prober{Command: child(t, "probe")}
	want := map[string]string{
		"message": "holds only an error_msg", "cycle": "is not part of a result", "known_cycle": "by another name", "twice": "by another name",
		"node": "is not part of a result", "deep": "is not part of a result", "members": "members", "attributes": "more than",
		"unfilled": "larger than the stored bytes", "chunk": "larger than the stored bytes", "filter": "other filters",
		"scalar": "has shape []", "nothing": "has shape []", "axes": "has shape [1 1", "big_endian": "is another type of shape [64 64]",
		"strings": "has shape [2]", "lists": "has shape [2]", "pairs": "is another type of shape [64 64]",
	}
	for name, path := range bombs(t) {
		found, err := prober.Digest(t.Context(), path)
		if name == "log" || name == "text_log" { // it takes no part in the digest
			if err != nil || found.Digest == "" {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		var only *ErrorOnlyFile
		if !errors.Is(err, ErrNotResult) && !errors.As(err, &only) || !strings.Contains(err.Error(), want[name]) || len(err.Error()) > 8<<10 {
			t.Errorf("%s: error %.300v, want one that says %q", name, err, want[name])
		}
	}
}

// A log that would take too much memory can't be read; the rest of the file can.
func TestLogOfAHostileFileIsRefused(t *testing.T) {
	files := bombs(t)
	prober := Prober{Command: child(t, "probe")}
	found, err := prober.Log(t.Context(), files["log"])
	if !errors.Is(err, ErrLog) || found.Info.NPerAxis != 4 || found.Log != nil {
		t.Errorf("%+v, error %v", found, err)
	}
}

func TestProbeIsLimited(t *testing.T) {
	for mode, want := range map[string]string{
		"flood": "more than", "memory": "or it took more than", "crash": "the HDF5 library crashed",
	} {
		_, err := Prober{Command: child(t, mode)}.Digest(t.Context(), golden("perturb"))
		if !errors.Is(err, ErrNotResult) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one that says %q", mode, err, want)
		}
	}
}

func TestProbeLimitsItself(t *testing.T) {
	page, err := os.ReadFile("../../docs/security.md")
	words := fmt.Sprintf("The child has %.1f GiB of memory", float64(probeMemory)/(1<<30))
	if err != nil || !strings.Contains(string(page), words) {
		t.Errorf("docs/security.md doesn't say %q (%v)", words, err)
	}
	told, err := exec.Command(child(t, "limits")[0]).Output()
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintln(uint64(probeAddresses), uint64(probeMemory), 120, 0, 0)
	if string(told) != want {
		t.Errorf("limits %q, want %q", told, want)
	}
}

// printLimits is what a child runs when a test looks at its limits.
func printLimits() {
	if err := limitProbe(0); err != nil {
		fmt.Println(err)
		return
	}
	var all []any
	for _, what := range []int{unix.RLIMIT_AS, unix.RLIMIT_DATA, unix.RLIMIT_CPU, unix.RLIMIT_CORE, unix.RLIMIT_FSIZE} {
		var l unix.Rlimit
		if err := unix.Getrlimit(what, &l); err != nil || l.Cur != l.Max {
			fmt.Println(err, l)
			return
		}
		all = append(all, l.Cur)
	}
	fmt.Println(all...)
}

// The child reads the file that was hashed, even if another file gets its name in between.
func TestProbeReadsWhatWasHashed(t *testing.T) {
	task, other := trainingTask(), makeTask(sim.Gradient, small()...)
	path, receipt := written(t, task, makeTraining(task))
	if _, err := Write(t.Context(), path+".other", other, makeTraining(other)); err != nil {
		t.Fatal(err)
	}
	found, err := Prober{Command: child(t, "swap")}.Digest(t.Context(), path)
	if err != nil || found.Digest != receipt.Digest || found.SHA256 != receipt.SHA256 || found.Info.Experiment != task.Experiment {
		t.Errorf("%+v, %v", found, err)
	}
	if info, err := Inspect(path); err != nil || info.Experiment != sim.Gradient {
		t.Errorf("the file was not replaced: %+v, %v", info, err)
	}
}

// The processes that the child started end with it.
func TestProbeEndsWithAllThatItStarted(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("EISWEEP_TEST_PIPE", pipe)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, err := Prober{Command: child(t, "family")}.Digest(ctx, golden("perturb"))
		ended <- err
	}()
	// Opening the pipe returns when the grandchild has opened it. The grandchild keeps it open until it ends.
	reader, err := os.Open(pipe)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if n, err := reader.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("read %d bytes, %v", n, err)
	}
}

func TestHashEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Hash(ctx, golden("perturb")); !errors.Is(err, context.Canceled) {
		t.Errorf("hash: %v", err)
	}
	path, _ := trained(t)
	sum, size, err := HashFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadSource(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("read source: %v", err)
	}
	if checked := (Prober{}).Check(ctx, []ExpectedFile{{path, Identity{sum, size}}}); !errors.Is(checked[0].Err, context.Canceled) {
		t.Errorf("check: %v", checked)
	}
}

// A pipe is refused without waiting for a writer.
func TestAPipeIsNoFile(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe.h5")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	prober := Prober{Command: child(t, "probe")}
	_, err1 := Hash(t.Context(), pipe)
	_, err2 := prober.Probe(t.Context(), pipe)
	_, err3 := prober.Log(t.Context(), pipe)
	err4 := prober.Check(t.Context(), []ExpectedFile{{pipe, Identity{}}})[0].Err
	if i := slices.IndexFunc([]error{err1, err2, err3, err4}, func(err error) bool { return !errors.Is(err, ErrNotResult) }); i >= 0 {
		t.Errorf("%d: %v, %v, %v, %v", i, err1, err2, err3, err4)
	}
}

// A file of an unexpected size is not read, and a file that is no result is not hashed. Reading 1 TiB would exceed the
// test's time.
func TestAFileOfAnotherSizeIsNotRead(t *testing.T) {
	hole := filepath.Join(t.TempDir(), "hole.h5")
	if err := errors.Join(os.WriteFile(hole, nil, 0o600), os.Truncate(hole, 1<<40)); err != nil {
		t.Fatal(err)
	}
	prober := Prober{Command: child(t, "probe")}
	_, err1 := HashSized(t.Context(), hole, 5000)
	err2 := prober.Check(t.Context(), []ExpectedFile{{hole, Identity{sixtyFour, 5000}}})[0].Err
	for i, err := range []error{err1, err2} {
		if size := (*SizeError)(nil); !errors.As(err, &size) || *size != (SizeError{hole, 1 << 40, 5000}) {
			t.Errorf("%d: %v", i, err)
		}
	}
	_, err3 := prober.Digest(t.Context(), hole)
	_, err4 := prober.Probe(t.Context(), hole)
	if !errors.Is(err3, ErrNotResult) || !errors.Is(err4, ErrNotResult) {
		t.Errorf("digest: %v; probe: %v", err3, err4)
	}
}

// Check doesn't read files with an unexpected hash, and reports the files that can't be read.
func TestCheckReadsOnlyWhatIsVouchedFor(t *testing.T) {
	task := trainingTask()
	path, receipt := written(t, task, makeTraining(task))
	files := []ExpectedFile{
		{path, receipt.Identity}, {path, Identity{sixtyFour, receipt.Bytes}}, {path + "x", Identity{sixtyFour, 1}},
	}
	for name, file := range bombs(t) {
		if name == "cycle" || name == "unfilled" {
			sum, size, err := HashFile(file)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, ExpectedFile{file, Identity{sum, size}})
		}
	}
	found := Prober{Command: child(t, "probe")}.Check(t.Context(), append(files, files[0]))
	for _, i := range []int{0, len(found) - 1} {
		if f := found[i]; f.Err != nil || f.Digest != receipt.Digest || f.Info.ID != task.ID || f.SHA256 != receipt.SHA256 {
			t.Errorf("%d: %+v", i, f)
		}
	}
	if f := found[1]; f.Err != nil || f.SHA256 != receipt.SHA256 || f.Digest != "" || f.Info.HasTask {
		t.Errorf("with another SHA-256: %+v", f)
	}
	if !errors.Is(found[2].Err, fs.ErrNotExist) || !errors.Is(found[3].Err, ErrNotResult) || !errors.Is(found[4].Err, ErrNotResult) {
		t.Errorf("without a file: %v; hostile ones: %v, %v", found[2].Err, found[3].Err, found[4].Err)
	}
}

// Check reports a file that breaks the child although its hash is the expected one, and reads the others.
func TestCheckSurvivesAFileThatBreaksTheChild(t *testing.T) {
	task := trainingTask()
	path, receipt := written(t, task, makeTraining(task))
	hostile := filepath.Join(t.TempDir(), "hostile.h5")
	if err := os.Link(path, hostile); err != nil {
		t.Fatal(err)
	}
	good, bad := ExpectedFile{path, receipt.Identity}, ExpectedFile{hostile, receipt.Identity}
	for i, found := range (Prober{Command: child(t, "sometimes")}).Check(t.Context(), []ExpectedFile{bad, good, good, bad, bad, good}) {
		broken := i == 0 || i == 3 || i == 4
		if broken && (!errors.Is(found.Err, ErrNotResult) || !strings.Contains(found.Err.Error(), hostile)) ||
			!broken && (found.Err != nil || found.Digest != receipt.Digest) {
			t.Errorf("%d: %+v", i, found)
		}
	}
}
