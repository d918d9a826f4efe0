package results

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"eisweep/sim"
	"eisweep/sweeps"
)

func TestReadSourceGivesBackWhatWasWritten(t *testing.T) {
	path, r := trained(t)
	s, err := ReadSource(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	want := r.Training
	if !slices.Equal(s.WEE, want.WEE) || !slices.Equal(s.WEI, want.WEI) || !slices.Equal(s.WIE, want.WIE) || !slices.Equal(s.WII, want.WII) {
		t.Error("the weights differ")
	}
	if !slices.Equal(s.ResponseSimEE, want.ResponseSimEE) {
		t.Error("response_sim_ee differs")
	}
	for i, got := range s.CorrelationsEE {
		if want := want.CorrelationsEE[i*want.Layers+want.Layers-1]; got != want {
			t.Fatalf("correlation %d is %v, the last layer's is %v", i, got, want)
		}
	}
}

func TestReadPublishedSource(t *testing.T) {
	for _, name := range []string{"approximate_both", "gradient_both", "approximate_neither", "sparse_axis5", "axis6_s7_neither"} {
		s, err := ReadSource(t.Context(), golden(name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if ne := len(s.CorrelationsEE); len(s.WEE) != ne || len(s.ResponseSimEE) != ne {
			t.Errorf("%s: sizes %d, %d, %d", name, ne, len(s.WEE), len(s.ResponseSimEE))
		}
	}
}

// PERTURB keeps its source's network, so the golden pair shows whether the right layer and matrices are read.
func TestPublishedSourceIsWhatPerturbKept(t *testing.T) {
	s, err := ReadSource(t.Context(), golden("approximate_both"))
	if err != nil {
		t.Fatal(err)
	}
	kept, err := ReadInitial(t.Context(), golden("perturb"), []string{"wee", "wei", "wie", "wii"})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(s.WEE, kept.WEE) || !slices.Equal(s.WEI, kept.WEI) || !slices.Equal(s.WIE, kept.WIE) || !slices.Equal(s.WII, kept.WII) {
		t.Error("the weights differ from those that PERTURB kept")
	}
}

func TestReadInitialTakes(t *testing.T) {
	path, r := trained(t)
	got, err := ReadInitial(t.Context(), path, []string{"wee", "wie"})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.WEE, r.Training.WEE) || !slices.Equal(got.WIE, r.Training.WIE) || got.WEI != nil || got.WII != nil {
		t.Error("weights other than wee and wie were read")
	}
	if _, err := ReadInitial(t.Context(), path, []string{"wxx"}); err == nil {
		t.Error("weights wxx were read")
	}
}

func TestReadSourceRefusesPerturbation(t *testing.T) {
	task := perturbationTask()
	path, _ := written(t, task, makePerturbation(task))
	for _, path := range []string{path, golden("perturb")} {
		if _, err := ReadSource(t.Context(), path); !errors.Is(err, ErrUntrained) {
			t.Errorf("%s: error %v, want ErrUntrained", path, err)
		}
	}
}

func TestReadSourceRefusesNaN(t *testing.T) {
	task := trainingTask()
	r := makeTraining(task)
	r.Training.WEI[2] = nanWithPayload()
	path, _ := written(t, task, r)
	if _, err := ReadSource(t.Context(), path); !errors.Is(err, ErrNotResult) {
		t.Errorf("error %v, want ErrNotResult", err)
	}
}

// damaged returns files that must be refused, by name.
func damaged(t testing.TB) map[string]string {
	path, _ := trained(t)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	files := map[string][]byte{
		"empty": {}, "text": []byte("wee = 1\n"), "half": whole[:len(whole)/2], "signature": whole[:8], "nearly": whole[:len(whole)-1],
	}
	paths := map[string]string{"dir": dir, "device": "/dev/null"}
	for name, text := range files {
		paths[name] = filepath.Join(dir, name+".h5")
		if err := os.WriteFile(paths[name], text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return paths
}

func TestDamagedFilesAreRefused(t *testing.T) {
	for name, path := range damaged(t) {
		if _, err := ReadSource(t.Context(), path); !errors.Is(err, ErrNotResult) {
			t.Errorf("ReadSource of %s: error %v, want ErrNotResult", name, err)
		}
		if _, err := Inspect(path); !errors.Is(err, ErrNotResult) {
			t.Errorf("Inspect of %s: error %v, want ErrNotResult", name, err)
		}
	}
	if _, err := Inspect(filepath.Join(t.TempDir(), "none.h5")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Inspect of a missing file: error %v, want fs.ErrNotExist", err)
	}
}

func TestInspectTellsTheTask(t *testing.T) {
	task := perturbationTask()
	task.Initial = &sweeps.Initial{Input: sweeps.Input{SHA256: sixtyFour}, Take: []string{"wee", "wii"}}
	path, _ := written(t, task, makePerturbation(task))
	info, err := Inspect(path)
	if err != nil {
		t.Fatal(err)
	}
	if !info.HasTask || info.ID != task.ID || info.Experiment != sim.Perturb || info.Seed != 3 || info.ModelVersion != sim.ModelVersion {
		t.Errorf("info %+v", info)
	}
	if !slices.Equal(info.Settings, task.Settings()) {
		t.Errorf("settings %v, want %v", info.Settings, task.Settings())
	}
	if info.Source == nil || *info.Source != *task.Source {
		t.Errorf("source %+v, want %+v", info.Source, task.Source)
	}
	if info.Initial == nil || info.Initial.SHA256 != sixtyFour || !slices.Equal(info.Initial.Take, task.Initial.Take) {
		t.Errorf("initial state %+v, want %+v", info.Initial, task.Initial)
	}
	if info.NPerAxis != 4 || info.NStimuli != 6 || info.Trained {
		t.Errorf("info %+v", info)
	}
}

const sixtyFour = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

func TestInspectPublished(t *testing.T) {
	for name, want := range map[string]Info{
		"approximate_both": {NPerAxis: 4, NStimuli: 6, Trained: true, Converged: true},
		"axis6_s7_neither": {NPerAxis: 6, NStimuli: 7, Trained: true, Converged: true},
		"perturb":          {NPerAxis: 4, NStimuli: 6},
	} {
		info, err := Inspect(golden(name))
		if err != nil || info.HasTask || info.NPerAxis != want.NPerAxis || info.NStimuli != want.NStimuli ||
			info.Trained != want.Trained || info.Converged != want.Converged {
			t.Errorf("%s: %+v (%v), want %+v", name, info, err, want)
		}
	}
}

func TestReadLog(t *testing.T) {
	path, _ := trained(t)
	prober := Prober{Command: child(t, "probe")}
	found, err := prober.Log(t.Context(), path)
	if err != nil || !slices.Equal(found.Log, []string{"Trial 1 of 2", " ", "µ: 285 – 391 ✓ 𝛼"}) {
		t.Errorf("log %q (%v)", found.Log, err)
	}
	found, err = prober.Log(t.Context(), golden("perturb"))
	if err != nil || len(found.Log) != 24 || found.Log[0] != "Perturbation 1 of 8." {
		t.Errorf("published log %q (%v)", found.Log, err)
	}
}

// Only values in the file itself are read.
func TestNothingOutsideTheFileIsRead(t *testing.T) {
	dir := t.TempDir()
	path, _ := trained(t)
	python(t, dir, "-c", `
import h5py, numpy, os, shutil, sys
outside = sys.argv[1]
for name in "external", "soft", "storage", "virtual":
    shutil.copy(outside, name + ".h5")
    with h5py.File(name + ".h5", "a") as f:
        old = f["sim_state/wii"][...]
        f.move("sim_state/wii", "sim_state/old") if name == "soft" else f.__delitem__("sim_state/wii")
        if name == "external":
            f["sim_state/wii"] = h5py.ExternalLink(outside, "/sim_state/wii")
        if name == "soft":
            f["sim_state/wii"] = h5py.SoftLink("/sim_state/old")
        if name == "storage":
            open("raw", "wb").write(old.tobytes())
            f.create_dataset("sim_state/wii", old.shape, "f4", external=[(os.path.abspath("raw"), 0, old.nbytes)])
        if name == "virtual":
            layout = h5py.VirtualLayout(old.shape, "f4")
            layout[...] = h5py.VirtualSource(outside, "sim_state/wii", old.shape)
            f.create_virtual_dataset("sim_state/wii", layout)
        assert (f["sim_state/wii"][...] == old).all()
`, path)
	for _, name := range []string{"external", "soft", "storage", "virtual"} {
		file := filepath.Join(dir, name+".h5")
		if _, err := ReadSource(t.Context(), file); err == nil {
			t.Errorf("%s: weights from outside the file were read", name)
		}
		if _, err := digestFile(file); !errors.Is(err, ErrNotResult) {
			t.Errorf("%s: digest: error %v, want ErrNotResult", name, err)
		}
	}
}

func TestWrongTypesAndShapesAreRefused(t *testing.T) {
	dir := t.TempDir()
	path, _ := trained(t)
	python(t, dir, "-c", `
import h5py, numpy, shutil, sys
def change(name, path, value):
    shutil.copy(sys.argv[1], name + ".h5")
    with h5py.File(name + ".h5", "a") as f:
        del f[path]
        if value is not None:
            f[path] = value
change("wei_shape", "sim_state/wei", numpy.zeros((8, 64), "f4"))
change("wie_type", "sim_state/wie", numpy.zeros((8, 64), "f8"))
change("wee_square", "sim_state/wee", numpy.zeros((64, 63), "f4"))
change("wee_cube", "sim_state/wee", numpy.zeros((65, 65), "f4"))
change("wee_text", "sim_state/wee", "words")
change("wii_group", "sim_state/wii", None)
change("layers", "computed/correlations_ee", numpy.zeros((64, 64, 0)))
change("two_axes", "computed/correlations_ee", numpy.zeros((64, 64)))
change("similarity", "computed/response_sim_ee", numpy.zeros((8, 8)))
change("huge", "sim_state/wee", 0)
with h5py.File("huge.h5", "a") as f:
    del f["sim_state/wee"]
    f.create_dataset("sim_state/wee", (10**9, 10**9), "f4", chunks=(1, 1024))
`, path)
	files, err := filepath.Glob(filepath.Join(dir, "*.h5"))
	if err != nil || len(files) != 10 {
		t.Fatalf("%d files (%v)", len(files), err)
	}
	for _, file := range files {
		if _, err := ReadSource(t.Context(), file); err == nil {
			t.Errorf("%s was accepted", filepath.Base(file))
		}
	}
}
