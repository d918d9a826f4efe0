package sweeps

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"eisweep/sim"
	"eisweep/sweeps/internal/document"
	"eisweep/sweeps/internal/stopping"
)

const seedRule = "seeds are 0 … 4294967295"

// ParseSeeds reads seeds from a command line: numbers and ranges, ends included, separated by
// commas, as in "1-10,15".
func ParseSeeds(text string) ([]uint32, error) {
	var seeds []uint32
	for part := range strings.SplitSeq(text, ",") {
		from, to, err := seedRange(strings.TrimSpace(part))
		if err != nil {
			return nil, err
		}
		if uint64(to-from)+uint64(len(seeds)) >= maxTasks {
			return nil, fmt.Errorf("seeds %s: more than %d", sim.Excerpt(part), maxTasks)
		}
		for seed := uint64(from); seed <= uint64(to); seed++ {
			seeds = append(seeds, uint32(seed))
		}
	}
	if seed, twice := repeated(seeds); twice {
		return nil, fmt.Errorf("seed %d appears twice in %q", seed, sim.Excerpt(text))
	}
	return seeds, nil
}

// seedRange reads "3" or "1-10".
func seedRange(text string) (from, to uint32, err error) {
	first, last, isRange := strings.Cut(text, "-")
	if !isRange {
		last = first
	}
	a, errA := strconv.ParseUint(first, 10, 32)
	b, errB := strconv.ParseUint(last, 10, 32)
	if errA != nil || errB != nil {
		return 0, 0, fmt.Errorf("%q is neither a seed nor a range of seeds like 1-10: %s", sim.Excerpt(text), seedRule)
	}
	if b < a {
		return 0, 0, fmt.Errorf("seeds %s: the range ends before it begins", sim.Excerpt(text))
	}
	return uint32(a), uint32(b), nil
}

// repeated returns a seed that appears twice, if there is one.
func repeated(seeds []uint32) (uint32, bool) {
	ordered := slices.Sorted(slices.Values(seeds))
	for i := 1; i < len(ordered); i++ {
		if ordered[i] == ordered[i-1] {
			return ordered[i], true
		}
	}
	return 0, false
}

// consecutive reports whether each seed follows the one before.
func consecutive(seeds []uint32) bool {
	for i, seed := range seeds {
		if uint64(seed) != uint64(seeds[0])+uint64(i) {
			return false
		}
	}
	return true
}

// readSeeds reads a list of seeds, or { first, count }.
func (r *reader) readSeeds(n *document.Node) {
	if n.IsTable() {
		r.readSeedRange(n)
		return
	}
	if _, list := n.Data.([]any); !list {
		r.fail(n.Place(), "seeds must be a list, or a first seed and a count",
			"write seeds = [1, 2, 3], or seeds = { first = 1, count = 10 }")
		return
	}
	if len(n.Items) == 0 {
		r.fail(n.Place(), "seeds is empty", "give at least one; "+seedRule)
	}
	seen, faults := map[uint32]bool{}, len(r.faults)
	for _, item := range n.Items {
		seed, ok := r.seed(item)
		if ok && seen[seed] {
			r.fail(item.Place(), fmt.Sprintf("seed %d appears twice", seed), "remove one")
		} else if ok {
			r.sweep.seeds = append(r.sweep.seeds, seed)
		}
		seen[seed] = ok || seen[seed]
	}
	if len(r.faults) > faults {
		r.sweep.seeds = nil // their number is not known, and nothing may be said about it
	}
}

// seed reads one seed.
func (r *reader) seed(n *document.Node) (uint32, bool) {
	x, ok := n.Data.(int64)
	if !ok || x < 0 || x > math.MaxUint32 {
		r.fail(n.Place(), r.describe(n)+" is not a seed", seedRule)
		return 0, false
	}
	return uint32(x), true
}

// readUntil reads [until], after the seeds.
func (r *reader) readUntil(n *document.Node) {
	for _, f := range n.Fields {
		r.sweep.places["until."+f.Name] = f.Place()
	}
	_, given := r.sweep.places["seeds"]
	r.sweep.until, r.sweep.seeds = stopping.Read(n, r.sweep.seeds, given, &stopping.Text{Fail: r.fail, Describe: r.describe})
}

func (r *reader) readSeedRange(n *document.Node) {
	const form = "write seeds = { first = 1, count = 10 }"
	for _, f := range n.Fields {
		if f.Name != "first" && f.Name != "count" {
			r.fail(f.Key, "unknown key "+sim.Excerpt(f.Name)+" in seeds", form)
		}
	}
	first, count := n.Field("first"), n.Field("count")
	if first == nil || count == nil {
		r.fail(n.Place(), "seeds needs first and count", form)
		return
	}
	start, ok := r.seed(first)
	many, isInt := count.Data.(int64)
	if !isInt || many < 1 || many > maxTasks {
		r.fail(count.Place(), "count of seeds must be a positive integer, not "+r.describe(count), fmt.Sprintf("legal: 1 … %d", maxTasks))
		return
	}
	if int64(start)+many-1 > math.MaxUint32 {
		r.fail(n.Place(), fmt.Sprintf("the last seed would be %d", int64(start)+many-1), seedRule)
		return
	}
	for i := range many {
		if ok {
			r.sweep.seeds = append(r.sweep.seeds, start+uint32(i))
		}
	}
}

// SeedRanges returns the first and the last seed of each range of consecutive seeds, in ascending order. It does not change seeds.
func SeedRanges(seeds []uint32) (ranges [][2]uint32) {
	for _, seed := range slices.Sorted(slices.Values(seeds)) {
		if last := len(ranges) - 1; last >= 0 && uint64(seed) <= uint64(ranges[last][1])+1 {
			ranges[last][1] = seed
		} else {
			ranges = append(ranges, [2]uint32{seed, seed})
		}
	}
	return ranges
}
