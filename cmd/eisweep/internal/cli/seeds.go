package cli

import (
	"fmt"
	"strings"

	"eisweep/sweeps"
)

// SeedsText formats seeds as --seeds takes them: 1-10,15.
func SeedsText(seeds []uint32) string {
	var out []string
	for _, r := range sweeps.SeedRanges(seeds) {
		if r[0] == r[1] {
			out = append(out, fmt.Sprint(r[0]))
		} else {
			out = append(out, fmt.Sprintf("%d-%d", r[0], r[1]))
		}
	}
	return strings.Join(out, ",")
}
