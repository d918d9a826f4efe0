package cli

import (
	"slices"
	"strconv"
)

// SeedsText formats seeds as --seeds takes them: 1-10,15.
func SeedsText(seeds []uint32) string {
	seeds = slices.Clone(seeds)
	slices.Sort(seeds)
	seeds = slices.Compact(seeds)
	var out []byte
	for i := 0; i < len(seeds); {
		j := i
		for j+1 < len(seeds) && seeds[j+1] == seeds[j]+1 {
			j++
		}
		if len(out) > 0 {
			out = append(out, ',')
		}
		out = strconv.AppendUint(out, uint64(seeds[i]), 10)
		if j > i {
			out = append(out, '-')
			out = strconv.AppendUint(out, uint64(seeds[j]), 10)
		}
		i = j + 1
	}
	return string(out)
}
