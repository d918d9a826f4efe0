package results

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"eisweep/sim"
	"eisweep/sweeps"
)

type example struct {
	name   string
	task   *sweeps.Task
	result *sim.Result
}

func examples() []example {
	training, perturbation := trainingTask(), perturbationTask()
	return []example{
		{"training", training, makeTraining(training)},
		{"perturbation", perturbation, makePerturbation(perturbation)},
	}
}

// The receipt agrees with the file, and the digest taken while writing agrees with the one taken while reading.
func TestReceipt(t *testing.T) {
	for _, c := range examples() {
		t.Run(c.name, func(t *testing.T) {
			path, receipt := written(t, c.task, c.result)
			digest, err := digestFile(path)
			if err != nil || digest != receipt.Digest {
				t.Errorf("the file's digest is %s (%v), the receipt's %s", digest, err, receipt.Digest)
			}
			sum, size, err := HashFile(path)
			if err != nil || sum != receipt.SHA256 || size != receipt.Bytes {
				t.Errorf("the file is %s of %d bytes (%v), the receipt says %+v", sum, size, err, receipt)
			}
		})
	}
}

// The bytes of files must not change.
func TestBytesOnRecord(t *testing.T) {
	want := map[string]string{
		"training":     "86b1565c89c432989a83f691e07f4984e647cdfd2b70884ac3ca329b9b075e3b",
		"perturbation": "d9fab2d4c2f885f34eb05501fa832ffaf53db39ae90f87bbdceb7f69c5e26a0c",
	}
	for _, c := range examples() {
		if _, receipt := written(t, c.task, c.result); receipt.SHA256 != want[c.name] {
			t.Errorf("%s: SHA-256 %s, want %s", c.name, receipt.SHA256, want[c.name])
		}
	}
}

// The same result gives the same bytes every time, in both ways of writing.
func TestSameBytes(t *testing.T) {
	for _, c := range examples() {
		for _, limit := range []int{0, imageLimit} {
			dir := t.TempDir()
			a, err1 := write(t.Context(), filepath.Join(dir, "a.h5"), c.task, c.result, limit)
			b, err2 := write(t.Context(), filepath.Join(dir, "b.h5"), c.task, c.result, limit)
			if err := errors.Join(err1, err2); err != nil {
				t.Fatal(err)
			}
			if a != b {
				t.Errorf("%s, limit %d: %+v and %+v", c.name, limit, a, b)
			}
		}
		_, image := written(t, c.task, c.result)
		chunkwise, err := write(t.Context(), filepath.Join(t.TempDir(), "c.h5"), c.task, c.result, 0)
		if err != nil || chunkwise != image {
			t.Errorf("%s: %+v chunk by chunk (%v), %+v as an image", c.name, chunkwise, err, image)
		}
	}
}

// The digest covers everything in a result except its log.
func TestDigestCoversResult(t *testing.T) {
	task := trainingTask()
	_, before := written(t, task, makeTraining(task))
	changes := map[string]func(*sweeps.Task, *sim.Result){
		"value":     func(_ *sweeps.Task, r *sim.Result) { r.Training.WEE[17]++ },
		"last":      func(_ *sweeps.Task, r *sim.Result) { r.Training.RecordingMu[len(r.Training.RecordingMu)-1]++ },
		"attribute": func(_ *sweeps.Task, r *sim.Result) { r.Training.Converged = false },
		"task":      func(task *sweeps.Task, _ *sim.Result) { task.Seed++ },
		"type":      func(_ *sweeps.Task, r *sim.Result) { r.Training.AnglesIE = nil },
	}
	for name, change := range changes {
		task, r := trainingTask(), makeTraining(task)
		change(task, r)
		if _, after := written(t, task, r); after.Digest == before.Digest {
			t.Errorf("%s: the digest hasn't changed", name)
		}
	}
	r := makeTraining(task)
	r.Log = append(r.Log, "more")
	if _, after := written(t, task, r); after.Digest != before.Digest || after.SHA256 == before.SHA256 {
		t.Error("the log must change the file and not its digest")
	}
}

func TestNaNPayload(t *testing.T) {
	task := trainingTask()
	a, b := makeTraining(task), makeTraining(task)
	b.Training.RecordingRE[5] = nanWithPayload()
	_, first := written(t, task, a)
	_, second := written(t, task, b)
	if first != second {
		t.Error("the payload of a NaN reached the file")
	}
}

func TestWriteKeepsWhatIsThere(t *testing.T) {
	task := trainingTask()
	path := filepath.Join(t.TempDir(), "results.h5")
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(t.Context(), path, task, makeTraining(task)); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error %v, want fs.ErrExist", err)
	}
	if text, _ := os.ReadFile(path); !bytes.Equal(text, []byte("mine")) {
		t.Error("the file was replaced")
	}
	onlyFile(t, path)
}

func TestWriteRefusesWrongShape(t *testing.T) {
	task := trainingTask()
	r := makeTraining(task)
	r.Training.WII = r.Training.WII[1:]
	path := filepath.Join(t.TempDir(), "results.h5")
	if _, err := Write(t.Context(), path, task, r); err == nil || !strings.Contains(err.Error(), "/sim_state/wii") {
		t.Errorf("error %v, want one that names the array", err)
	}
	onlyFile(t, path)
	if _, err := Write(t.Context(), path, perturbationTask(), r); err == nil {
		t.Error("the result of a training was written as one of PERTURB")
	}
}

// onlyFile checks that the directory contains nothing but path.
func onlyFile(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != filepath.Base(path) {
			t.Errorf("%s was left", e.Name())
		}
	}
}

// Rate changes from a spool give the same file as those in memory. A spool that is too short is an error, which leaves
// no file.
func TestWriteFromSpool(t *testing.T) {
	task := perturbationTask()
	r := makePerturbation(task)
	r.Perturbation.RateChange[7] = nanWithPayload()
	_, want := written(t, task, r)
	spool, err := os.Create(filepath.Join(t.TempDir(), "spool"))
	if err != nil {
		t.Fatal(err)
	}
	defer spool.Close()
	if err := binary.Write(spool, binary.LittleEndian, r.Perturbation.RateChange); err != nil {
		t.Fatal(err)
	}
	r.Perturbation.RateChange = nil
	r.Task = &sim.Task{Spool: spool}
	if _, got := written(t, task, r); got != want {
		t.Errorf("%+v from a spool, %+v from memory", got, want)
	}
	if err := spool.Truncate(1000); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "results.h5")
	if _, err := Write(t.Context(), path, task, r); !errors.Is(err, io.EOF) {
		t.Errorf("error %v of a spool that is too short", err)
	}
	onlyNothing(t, path)
}

// cancelledAfter is a context that is cancelled after so many calls of Err.
type cancelledAfter struct {
	context.Context
	left int
}

func (c *cancelledAfter) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// A write that is interrupted anywhere leaves nothing.
func TestInterruptedWrite(t *testing.T) {
	for _, c := range examples() {
		for _, limit := range []int{0, imageLimit} {
			ctx, checks := &cancelledAfter{t.Context(), math.MaxInt}, 0
			path := filepath.Join(t.TempDir(), "results.h5")
			if _, err := write(ctx, path, c.task, c.result, limit); err != nil {
				t.Fatal(err)
			}
			if checks = math.MaxInt - ctx.left; checks < 20 {
				t.Errorf("%s: %d checks of the context", c.name, checks)
			}
			for after := 0; after < checks; after += 1 + checks/8 {
				path := filepath.Join(t.TempDir(), "results.h5")
				if _, err := write(&cancelledAfter{t.Context(), after}, path, c.task, c.result, limit); !errors.Is(err, context.Canceled) {
					t.Errorf("%s, limit %d, after %d checks: %v", c.name, limit, after, err)
				}
				onlyNothing(t, path)
			}
		}
	}
}

// onlyNothing checks that path's directory is empty.
func onlyNothing(t *testing.T, path string) {
	t.Helper()
	onlyFile(t, path)
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is there (%v)", path, err)
	}
}

// The group can't write to a result, even with a umask that allows it.
func TestOnlyTheOwnerMayChangeAResult(t *testing.T) {
	before := unix.Umask(0)
	defer unix.Umask(before)
	path, _ := trained(t)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("it has mode %v, %v", info.Mode(), err)
	}
}

// digestFile returns the digest of a result file.
func digestFile(path string) (string, error) {
	f, err := openResult(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return digestOf(context.Background(), f, path)
}
