package sweeps

import (
	"slices"
	"strings"
	"testing"

	"eisweep/sim"
)

const trainedSweep = `
name = "trained"
experiment = "APPROXIMATE"
seeds = [1, 2]
[parameters]
ng.exc.n_per_axis = 4
numint.dt = 0.0005
numint.max_dr = 0.1
[axes]
inp.exc.bg_input = [5, 6]
pl.is_plastic = ["BOTH", "EXC"]
`

func trainedLibrary(t *testing.T) *shelf {
	return &shelf{sweeps: map[string]*Sweep{"trained": mustParse(t, trainedSweep)}, files: map[string][]ResultFile{}}
}

const pushedSweep = "name = \"pushed\"\nexperiment = \"PERTURB\"\nsource = \"trained\"\n"

func TestOneTaskForEachSource(t *testing.T) {
	lib := trainedLibrary(t)
	e := mustExpand(t, mustParse(t, pushedSweep+"[parameters]\nperturb.n_perturbed = 3"), lib)
	var sources []Task
	for task := range mustExpand(t, lib.sweeps["trained"], nil).All() {
		sources = append(sources, task)
	}
	i := 0
	for task := range e.All() {
		source := sources[i]
		if task.Source.Task != source.ID || task.Source.File != source.File || task.Source.Sweep != "trained" || task.Seed != source.Seed ||
			task.File != source.File {
			t.Errorf("task %d is %+v of %+v", i, task, *task.Source)
		}
		want := sim.Resolve(
			sim.Perturb,
			[]sim.Setting{
				setting(t, "ng.exc.n_per_axis=4"),
				setting(t, "numint.dt=0.0005"),
				setting(t, "perturb.n_perturbed=3"),
				{Name: "inp.exc.bg_input", Value: source.Varying[1].Value},
			},
		)
		if want.Inp.Exc.BgInput = source.Parameters.Inp.Exc.BgInput; task.Parameters != want {
			t.Errorf("task %d has the parameters %+v, want %+v", i, task.Parameters, want)
		}
		i++
	}
	if i != len(sources) || e.Len() != i {
		t.Errorf("%d tasks of %d sources", i, len(sources))
	}
}

func setting(t *testing.T, text string) sim.Setting {
	t.Helper()
	s, err := ParseSetting(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOwnSeedsAndAxesFollowTheSource(t *testing.T) {
	e := mustExpand(t, mustParse(t, pushedSweep+`
seeds = [9]
parameters = { perturb.n_perturbed = 3 }
[axes]
perturb.size = [10, 20]
inp.exc.bg_input = [5, 7]
[source_where]
pl.is_plastic = "EXC"
seed = [2, 3]
[[exclude]]
perturb.size = 20
pl.is_plastic = "EXC"
inp.exc.bg_input = 7
`), trainedLibrary(t))
	want := []string{
		"results~pl.is_plastic=EXC~inp.exc.bg_input=5~perturb.size=10~seed=2~perturb.seed=9.h5",
		"results~pl.is_plastic=EXC~inp.exc.bg_input=5~inp.exc.bg_input=7~perturb.size=10~seed=2~perturb.seed=9.h5",
		"results~pl.is_plastic=EXC~inp.exc.bg_input=5~perturb.size=20~seed=2~perturb.seed=9.h5",
		"results~pl.is_plastic=EXC~inp.exc.bg_input=6~inp.exc.bg_input=5~perturb.size=10~seed=2~perturb.seed=9.h5",
		"results~pl.is_plastic=EXC~inp.exc.bg_input=6~inp.exc.bg_input=7~perturb.size=10~seed=2~perturb.seed=9.h5",
		"results~pl.is_plastic=EXC~inp.exc.bg_input=6~inp.exc.bg_input=5~perturb.size=20~seed=2~perturb.seed=9.h5",
	}
	if got := files(e); !slices.Equal(got, want) {
		t.Errorf("files are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestPublishedFolder(t *testing.T) {
	lib := trainedLibrary(t)
	for _, p := range []string{"BOTH", "EXC"} {
		lib.files["/old/run"] = append(lib.files["/old/run"], ResultFile{
			Path: "/old/run/results~pl.is_plastic=" + p + ".h5", SHA256: strings.Repeat(p[:1], 64), NPerAxis: 4, NStimuli: 6, Trained: true,
		})
	}
	s := mustParse(t, `
name = "old"
experiment = "PERTURB"
source = "/old/run"
seeds = [1]
[parameters]
perturb.n_perturbed = 3
[source_where]
pl.is_plastic = "EXC"
`)
	e := mustExpand(t, s, lib)
	if got := files(e); !slices.Equal(got, []string{"results~pl.is_plastic=EXC~seed=1.h5"}) {
		t.Errorf("files are %q", got)
	}
	for task := range e.All() {
		p := task.Parameters
		if p.Ng.Exc.NPerAxis != 4 || p.Inp.NStimuli != 6 || task.Source.SHA256 != strings.Repeat("E", 64) || task.Source.SeedKnown ||
			task.Source.Path == "" {
			t.Errorf("task is %+v of %+v", task, *task.Source)
		}
	}
}

func TestFilesThatNoNameTellsApart(t *testing.T) {
	lib := trainedLibrary(t)
	file := func(path, sum string) ResultFile {
		return ResultFile{Path: path, SHA256: strings.Repeat(sum, 64), NPerAxis: 4, NStimuli: 6, Trained: true}
	}
	text := "name = \"x\"\nexperiment = \"PERTURB\"\nsource = \"/f/\"\nseeds = [1]\n[parameters]\nperturb.n_perturbed = 3\n"
	for want, files := range map[string][]ResultFile{
		"the same file results~seed=1.h5":                {file("/f/a.h5", "a"), file("/f/b.h5", "b")},
		"/f/a.h5 and /f/b.h5 are the same network":       {file("/f/a.h5", "a"), file("/f/b.h5", "a")},
		"the source /f/p.h5 contains no trained network": {{Path: "/f/p.h5", Known: true, Experiment: sim.Perturb, Trained: true}},
	} {
		lib.files["/f"] = files
		if _, err := mustParse(t, text).Expand(t.Context(), lib); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want %q", err, want)
		}
	}
	lib.files["/f"] = []ResultFile{file("/f/results~seed=1~id=t0.h5", "a"), file("/f/results~seed=2~id=t1.h5", "b")}
	for task := range mustExpand(t, mustParse(t, text), lib).All() {
		if task.File != "results~seed=1~id="+task.ID.String()+".h5" {
			t.Errorf("file is %s", task.File)
		}
	}
}

func TestPerturbOfPerturb(t *testing.T) {
	lib := trainedLibrary(t)
	lib.sweeps["pushed"] = mustParse(t, pushedSweep)
	_, err := mustParse(t, strings.ReplaceAll(pushedSweep, "trained", "pushed")).Expand(t.Context(), lib)
	if err == nil || !strings.Contains(err.Error(), "contains no trained network") {
		t.Errorf("error is %v", err)
	}
}

func TestLongNames(t *testing.T) {
	s := mustParse(t, `
name = "long"
experiment = "APPROXIMATE"
[axes]
pl.convergence_mean = [0.123456]
pl.convergence_max = [0.123456]
pl.compute_gradient_angles = [true, false]
pl.plasticity_type_ie = ["APPROXIMATE"]
pl.plasticity_type_ei = ["APPROXIMATE"]
inp.exc.peak_stimulus = [33.33333]
sy.lognorm_sigma = [0.123456]
`)
	for task := range mustExpand(t, s, nil).All() {
		if task.File != "results~seed=1~id="+task.ID.String()+".h5" || len(task.Varying) != 7 {
			t.Errorf("file is %s, varying %v", task.File, task.Varying)
		}
	}
}
