package sweeps

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"slices"

	"eisweep/sim"
)

// distinct reports tasks that are the same, and tasks with the same file name.
func (c *check) distinct(e *Expansion) {
	ids := repeats(c.ids, ID.Compare)
	names := repeats(c.names, cmp.Compare[uint64])
	if len(ids)+len(names) > 0 {
		c.nameRepeats(e, ids, names)
	}
}

// maxRepeats is how many repeated values are examined; only a few are reported.
const maxRepeats = 1000

// repeats returns values that appear more than once in a list, at most maxRepeats.
func repeats[T comparable](list []T, compare func(a, b T) int) map[T]bool {
	ordered := slices.Clone(list)
	slices.SortFunc(ordered, compare)
	twice := map[T]bool{}
	for i := 1; i < len(ordered) && len(twice) < maxRepeats; i++ {
		if ordered[i] == ordered[i-1] {
			twice[ordered[i]] = true
		}
	}
	return twice
}

// nameRepeats goes through the tasks again and reports which are the same.
func (c *check) nameRepeats(e *Expansion, ids map[ID]bool, names map[uint64]bool) {
	byID, byName := map[ID]draft{}, map[string]draft{}
	e.walk(func(d draft) bool {
		if !ids[d.task.ID] && !names[maphash.String(c.seed, d.task.File)] {
			return true
		}
		d.own = slices.Clone(d.own)
		if first, ok := byID[d.task.ID]; ok {
			c.add("same "+c.differing(first, d), func() Fault { return c.sameTask(first, d) })
		} else if ids[d.task.ID] {
			byID[d.task.ID] = d
		}
		if first, ok := byName[d.task.File]; ok && first.task.ID != d.task.ID {
			c.say("name "+c.differing(first, d), fmt.Sprintf("two tasks would have the same file %s", d.task.File),
				"the names of their sources are the same: rename the files, or use a sweep for each", "source", "axes")
		} else if names[maphash.String(c.seed, d.task.File)] {
			byName[d.task.File] = d
		}
		return !c.more
	}, nil)
}

// sameTask returns the fault of two tasks that are the same.
func (c *check) sameTask(first, second draft) Fault {
	if first.task.Replaces != (ID{}) || second.task.Replaces != (ID{}) {
		return sameAsReplacement(&first.task, &second.task)
	}
	name := c.differing(first, second)
	p, err := sim.Lookup(name)
	switch {
	case err != nil && first.network != nil && second.network != nil:
		return c.sweep.fault(fmt.Sprintf("the sources %s and %s are the same network", first.network.what, second.network.what),
			"remove one", "source")
	case err != nil:
		return c.sweep.fault(fmt.Sprintf("two tasks are the same: %s", second.where()), "remove one", "axes", "replace")
	case !p.ReadBy(c.sweep.experiment):
		return c.sweep.fault(fmt.Sprintf("%s has no effect on %s, so all its values give the same task", name, c.sweep.experiment),
			"set one value under [parameters], or none", name)
	}
	return c.sweep.fault(fmt.Sprintf("two tasks are the same: %s and %s", first.where(), second.where()), "remove one", name, "axes",
		"replace")
}

// sameAsReplacement returns the fault of a replacement that makes of a task one that the sweep has already. It has no place: the
// sweep file needs no change.
func sameAsReplacement(first, second *Task) Fault {
	replacement, other := first, second
	if replacement.Replaces == (ID{}) {
		replacement, other = second, first
	}
	problem := fmt.Sprintf("the replacement of task %s would be a point that the sweep has: %s", replacement.Replaces, other.File)
	if other.Replaces != (ID{}) {
		problem = fmt.Sprintf("the tasks %s and %s would be replaced by one task, %s", other.Replaces, replacement.Replaces, other.File)
	}
	return Fault{Problem: problem, Remedy: "choose a value that the sweep does not have, or replace fewer tasks (--where, --seeds, --task)"}
}

// differing returns the first parameter that the sweep sets to different values for the two
// tasks; "" if there is none.
func (c *check) differing(first, second draft) string {
	for _, s := range second.own {
		if v, ok := settingOf(first.own, s.Name); !ok || v != s.Value {
			return s.Name
		}
	}
	return ""
}
