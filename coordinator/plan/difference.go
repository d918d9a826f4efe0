package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"eisweep/sim"
	"eisweep/sweeps"
)

// droppedTask is what tells a task that a launch leaves out from those that it has.
type droppedTask struct {
	seed          uint32
	varying       []sim.Setting
	isReplacement bool
}

func newDroppedTask(t *sweeps.Task) droppedTask {
	return droppedTask{t.Seed, t.Varying, t.Replaces != sweeps.ID{}}
}

// difference is the finished tasks that a launch leaves out, and how their seeds and values differ from its own.
type difference struct {
	dropped map[sweeps.ID]droppedTask
	seeds   map[uint32]bool
	values  map[sim.Setting]bool
}

// newDifference begins with all finished tasks of the previous launch whose files the new launch does not name.
func newDifference(finished map[sweeps.ID]droppedTask) *difference {
	return &difference{finished, map[uint32]bool{}, map[sim.Setting]bool{}}
}

// keep notes a task that the new launch has.
func (d *difference) keep(t *sweeps.Task) {
	if len(d.dropped) == 0 {
		return
	}
	delete(d.dropped, t.ID)
	d.seeds[t.Seed] = true
	for _, s := range t.Varying {
		d.values[s] = true
	}
}

// forgetReplacements leaves out the replacements of a rerun: the launch restores what they replaced, and says so.
func (d *difference) forgetReplacements() {
	maps.DeleteFunc(d.dropped, func(_ sweeps.ID, t droppedTask) bool { return t.isReplacement })
}

// text names the seeds, else the values, that the dropped tasks alone have; else all their seeds. "" if none is dropped.
func (d *difference) text() string {
	if len(d.dropped) == 0 {
		return ""
	}
	var seeds []uint32
	values, shared := map[string]map[sim.Value]bool{}, map[string]bool{}
	isOwn := true
	for _, t := range d.dropped {
		seeds, isOwn = append(seeds, t.seed), isOwn && !d.seeds[t.seed]
		for _, s := range t.varying {
			if values[s.Name] == nil {
				values[s.Name] = map[sim.Value]bool{}
			}
			values[s.Name][s.Value] = true
			shared[s.Name] = shared[s.Name] || d.values[s]
		}
	}
	if isOwn {
		return seedsText(seeds)
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !shared[name] {
			return name + "=" + valuesText(values[name])
		}
	}
	return seedsText(seeds)
}

// maxNamed is how many values of a parameter a text names.
const maxNamed = 5

func valuesText(values map[sim.Value]bool) string {
	var out []string
	for v := range values {
		out = append(out, v.String())
	}
	slices.Sort(out)
	if n := len(out) - maxNamed; n > 0 {
		out = append(out[:maxNamed], fmt.Sprintf("… and %d more", n))
	}
	return strings.Join(out, ", ")
}

// maxRanges is how many ranges of seeds a text names.
const maxRanges = 10

// seedsText is "seeds 1–3, 7".
func seedsText(seeds []uint32) string {
	var texts []string
	ranges := sweeps.SeedRanges(seeds)
	for _, r := range ranges {
		if r[0] == r[1] {
			texts = append(texts, fmt.Sprint(r[0]))
		} else {
			texts = append(texts, fmt.Sprintf("%d–%d", r[0], r[1]))
		}
	}
	if n := len(texts) - maxRanges; n > 0 {
		texts = append(texts[:maxRanges], fmt.Sprintf("… and %d more", n))
	}
	if len(ranges) == 1 && ranges[0][0] == ranges[0][1] {
		return "seed " + texts[0]
	}
	return "seeds " + strings.Join(texts, ", ")
}
