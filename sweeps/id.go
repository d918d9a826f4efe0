package sweeps

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"eisweep/sim"
)

// idFormat is the version of the text that an id is a hash of.
const idFormat = 1

// lineNames are the names of the lines of that text, in their order.
var lineNames = func() []string {
	names := []string{"format", "model", "experiment", "seed", "source", "initial_state"}
	for _, p := range sim.Table() {
		names = append(names, p.Name)
	}
	slices.Sort(names)
	return names
}()

// lineNumber is the index of a name in lineNames.
var lineNumber = func() map[string]int {
	numbers := make(map[string]int, len(lineNames))
	for i, name := range lineNames {
		numbers[name] = i
	}
	return numbers
}()

// identity computes ids: the first 16 bytes of the SHA-256 over lines
// "name=value\n" in the order of their names. The lines are format, model,
// experiment, seed, source (PERTURB), initial_state (if there is one), and the
// parameters of sim.Settings. Tasks that have most lines in common share an
// identity, and set only what differs.
type identity struct {
	lines  []string // by lineNumber; "" where there is none
	buffer []byte
}

func newIdentity(e sim.Experiment) *identity {
	id := &identity{lines: make([]string, len(lineNames))}
	id.set("format", fmt.Sprint(idFormat))
	id.set("model", fmt.Sprint(sim.ModelVersion))
	id.set("experiment", string(e))
	return id
}

func (i *identity) set(name, value string) { i.lines[lineNumber[name]] = name + "=" + value + "\n" }

// inputs sets the lines of the files that the task starts from.
func (i *identity) inputs(source *Input, initial *Initial) {
	if source != nil {
		i.set("source", source.identity())
	}
	if initial != nil {
		i.set("initial_state", initial.identity()+":"+strings.Join(initial.Take, ","))
	}
}

// parameters sets the lines of all parameters.
func (i *identity) parameters(settings []sim.Setting) {
	for _, p := range sim.Table() {
		i.lines[lineNumber[p.Name]] = ""
	}
	for _, s := range settings {
		i.set(s.Name, s.Value.String())
	}
}

// sum returns the id of the current lines.
func (i *identity) sum() ID {
	i.buffer = i.buffer[:0]
	for _, line := range i.lines {
		i.buffer = append(i.buffer, line...)
	}
	hash := sha256.Sum256(i.buffer)
	return ID(hash[:16])
}

// identity returns how an id refers to a file: by its task, or by its contents.
func (in *Input) identity() string {
	if in.Task != (ID{}) {
		return in.Task.String()
	}
	return "sha256:" + in.SHA256
}

// Identify computes the id of a task from its other fields. For a task of an expansion this is
// its ID.
func Identify(t *Task) ID {
	id := newIdentity(t.Experiment)
	id.set("seed", fmt.Sprint(t.Seed))
	id.inputs(t.Source, t.Initial)
	id.parameters(t.Settings())
	return id.sum()
}
