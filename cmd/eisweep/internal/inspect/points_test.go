package inspect

import (
	"bytes"
	"testing"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/coordinator/catalog"
	"eisweep/sim"
	"eisweep/sweeps"
)

// task is one with a seed, a state and a value of pl.eta_e.
func task(t *testing.T, seed uint32, state catalog.State, eta string) catalog.TaskStatus {
	t.Helper()
	varying, err := sweeps.ParseSetting("pl.eta_e=" + eta)
	if err != nil {
		t.Fatal(err)
	}
	same, err := sweeps.ParseSetting("numint.n_trials=20")
	if err != nil {
		t.Fatal(err)
	}
	return catalog.TaskStatus{Task: sweeps.Task{
		ID: sweeps.ID{byte(seed), eta[0]}, Experiment: sim.Approximate, Seed: seed, Varying: []sim.Setting{same, varying},
	}, State: state}
}

func TestPointsAreRowsOfSeeds(t *testing.T) {
	tasks := []catalog.TaskStatus{
		task(t, 1, catalog.StateDone, "1e-05"), task(t, 1, catalog.StateFailed, "2e-05"),
		task(t, 2, catalog.StateDone, "1e-05"), task(t, 2, catalog.StatePending, "2e-05"),
		task(t, 3, catalog.StateDone, "1e-05"), task(t, 3, catalog.StatePending, "2e-05"),
	}
	points := pointsOf(tasks, map[sweeps.ID]bool{tasks[5].Task.ID: true}, nil)
	var out bytes.Buffer
	if err := writePoints(&cli.Env{Stdout: &out}, points, false, pointsInSeeds, nil); err != nil {
		t.Fatal(err)
	}
	want := "  seeds of        done  running  failed  pending\n" +
		"  pl.eta_e=1e-05  1-3   -        -       -\n" +
		"  pl.eta_e=2e-05  -     3        1       2\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", &out, want)
	}
}

// TestSampledPointsAreCounted shows the other axes of a sampled sweep, with numbers of tasks.
func TestSampledPointsAreCounted(t *testing.T) {
	var tasks []catalog.TaskStatus
	for i, eta := range []string{"1.2345678e-05", "2.3456789e-05", "3.456789e-05"} {
		for seed := range uint32(2) {
			one := task(t, seed, []catalog.State{catalog.StateDone, catalog.StatePending, catalog.StateDone}[i], eta)
			rule, err := sweeps.ParseSetting("pl.is_plastic=" + []string{"BOTH", "EXC"}[seed])
			if err != nil {
				t.Fatal(err)
			}
			one.Task.Varying = append(one.Task.Varying, rule)
			tasks = append(tasks, one)
		}
	}
	s := sampledPoints{sweeps.Sample{Method: "sobol", Points: 3, Parameters: []string{"pl.eta_e"}}, pointsOf(tasks, nil, []string{"pl.eta_e"})}
	var out bytes.Buffer
	if err := s.write(&cli.Env{Stdout: &out}, false); err != nil {
		t.Fatal(err)
	}
	want := "  sample:  3 points (sobol) of pl.eta_e\n" +
		"  tasks of            done  pending\n" +
		"  pl.is_plastic=BOTH  2     1\n" +
		"  pl.is_plastic=EXC   2     1\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", &out, want)
	}
}

func TestPointsOfASweepWithoutAxesAreOneRow(t *testing.T) {
	tasks := []catalog.TaskStatus{task(t, 1, catalog.StateDone, "1e-05"), task(t, 2, catalog.StateDone, "1e-05")}
	if points := pointsOf(tasks, nil, nil); len(points) != 1 || points[0].name != "all" {
		t.Errorf("%d points, the first %v", len(points), points[0])
	}
}

// TestNetworksAreApart tells one own seed on several networks apart by the network.
func TestNetworksAreApart(t *testing.T) {
	var tasks []catalog.TaskStatus
	for _, network := range []uint32{5, 6} {
		one := task(t, 1, catalog.StateDone, "1e-05")
		one.Task.Source = &sweeps.Input{SeedKnown: true, Seed: network}
		tasks = append(tasks, one)
	}
	points := pointsOf(tasks, nil, nil)
	if len(points) != 2 || points[0].name != "network seed=5" || points[1].name != "network seed=6" {
		t.Errorf("points %v", points)
	}
}
