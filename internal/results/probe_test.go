package results

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// child returns the command of a child process: this test binary, which runs what TestMain does for what.
func child(t *testing.T, what string) []string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("EISWEEP_TEST_CHILD", what)
	return []string{self}
}

func checkErrorOnly(t *testing.T, err error, path string) {
	t.Helper()
	var only *ErrorOnlyFile
	if !errors.As(err, &only) || only.Path != path || !strings.Contains(only.Message, "infs or NaNs") {
		t.Errorf("error %v, want *ErrorOnlyFile with the message", err)
	}
}

func TestProbeIsInspect(t *testing.T) {
	ours, _ := trained(t)
	pushed := perturbationTask()
	perturbed, _ := written(t, pushed, makePerturbation(pushed))
	prober := Prober{Command: child(t, "probe")}
	for _, path := range []string{ours, perturbed, golden("approximate_both"), golden("perturb")} {
		got, err1 := prober.Probe(t.Context(), path)
		want, err2 := Inspect(path)
		if err := errors.Join(err1, err2); err != nil || !reflect.DeepEqual(got.Info, want) {
			t.Errorf("%s: %+v, want %+v (%v)", path, got, want, err)
		}
	}
}

func TestProbeRefuses(t *testing.T) {
	prober := Prober{Command: child(t, "probe")}
	for name, path := range damaged(t) {
		if _, err := prober.Probe(t.Context(), path); !errors.Is(err, ErrNotResult) {
			t.Errorf("%s: error %v, want ErrNotResult", name, err)
		}
	}
	if _, err := prober.Probe(t.Context(), filepath.Join(t.TempDir(), "none")); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("a missing file: %v", err)
	}
}

func TestProbeSurvivesCrash(t *testing.T) {
	if _, err := (Prober{Command: child(t, "crash")}).Probe(t.Context(), golden("perturb")); !errors.Is(err, ErrNotResult) {
		t.Errorf("error %v, want ErrNotResult", err)
	}
}

func TestProbeEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (Prober{Command: child(t, "probe")}).Probe(ctx, golden("perturb")); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

// Reading a damaged file, of eisweep or published, either gives its contents or an error that refuses it.
func FuzzProbe(f *testing.F) {
	var files [][]byte
	ours, _ := trained(f)
	for _, path := range []string{ours, golden("perturb"), golden("approximate_exc")} {
		whole, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		files = append(files, whole)
		for at := uint(0); at < 4000; at += 401 { // the superblock, the first groups, messages, heaps
			f.Add(uint(len(files)-1), at, uint64(0xff), at%3)
		}
		f.Add(uint(len(files)-1), uint(len(whole)/2), uint64(1), uint(0))
		f.Add(uint(len(files)-1), uint(len(whole)-100), uint64(1)<<63, uint(1))
	}
	f.Fuzz(func(t *testing.T, which, at uint, change uint64, want uint) {
		damaged := slices.Clone(files[which%uint(len(files))])
		at %= uint(len(damaged) - 8)
		number := binary.LittleEndian.Uint64(damaged[at:])
		binary.LittleEndian.PutUint64(damaged[at:], number^change)
		path := filepath.Join(t.TempDir(), "damaged.h5")
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		prober := Prober{Command: child(t, "probe")}
		read := []func(context.Context, string) (Contents, error){prober.Probe, prober.Digest, prober.Log}[want%3]
		found, err := read(t.Context(), path)
		var only *ErrorOnlyFile
		refused := errors.Is(err, ErrNotResult) || errors.Is(err, ErrLog) || errors.As(err, &only)
		if err == nil && found.Info.NPerAxis < 2 || err != nil && !refused {
			t.Errorf("info %+v, error %v", found.Info, err)
		}
	})
}
