package results

import (
	"strings"

	"eisweep/internal/results/h5"
	"eisweep/sim"
	"eisweep/sweeps"
)

// Format is the version of the result file's layout, stored in /task.
const Format = 1

// taskAttributes are the attributes of /task: everything that the result follows from and nothing else, so that the same
// task always gives the same file.
func taskAttributes(task *sweeps.Task) []attribute {
	settings := task.Settings()
	out := []attribute{
		perTask("id", task.ID.String()),
		constant("experiment", string(task.Experiment)),
		perTask("seed", int64(task.Seed)),
		constant("format", int64(Format)),
		constant("model_version", int64(sim.ModelVersion)),
		perTask("settings", settings.Text()),
	}
	for _, s := range sim.Read(task.Experiment, task.Parameters) {
		_, set := settings.Get(s.Name)
		out = append(out, attribute{s.Name, attributeOf(s.Value), set})
	}
	if task.Source != nil {
		out = append(out, perTask("source", reference(task.Source)))
		if task.Source.SeedKnown {
			out = append(out, perTask("source_seed", int64(task.Source.Seed)))
		}
	}
	if task.Initial != nil {
		out = append(out, perTask("initial_state", reference(&task.Initial.Input)),
			perTask("take", strings.Join(task.Initial.Take, ",")))
	}
	for i, a := range out {
		if text, ok := a.value.(string); ok {
			out[i].value = h5.Text(text) // so that h5py reads it as str
		}
	}
	return out
}

func attributeOf(v sim.Value) any {
	if n, ok := v.Any().(int); ok {
		return int64(n)
	}
	return v.Any()
}

// reference identifies an input by its task's id, or by sha256: and its hash.
func reference(in *sweeps.Input) string {
	if in.Task != (sweeps.ID{}) {
		return in.Task.String()
	}
	return "sha256:" + in.SHA256
}
