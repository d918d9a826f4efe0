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
	points := pointsOf(tasks, map[sweeps.ID]bool{tasks[5].Task.ID: true})
	var out bytes.Buffer
	if err := writePoints(&cli.Env{Stdout: &out}, points, false); err != nil {
		t.Fatal(err)
	}
	want := "  seeds of        done  running  failed  pending\n" +
		"  pl.eta_e=1e-05  1-3   -        -       -\n" +
		"  pl.eta_e=2e-05  -     3        1       2\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", &out, want)
	}
}

func TestPointsOfASweepWithoutAxesAreOneRow(t *testing.T) {
	tasks := []catalog.TaskStatus{task(t, 1, catalog.StateDone, "1e-05"), task(t, 2, catalog.StateDone, "1e-05")}
	if points := pointsOf(tasks, nil); len(points) != 1 || points[0].name != "all" {
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
	points := pointsOf(tasks, nil)
	if len(points) != 2 || points[0].name != "network seed=5" || points[1].name != "network seed=6" {
		t.Errorf("points %v", points)
	}
}
