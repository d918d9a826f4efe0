package main

import (
	"slices"
	"testing"

	"eisweep/internal/queue"
)

// Other parameters are offered to those failures alone that need them.
func TestAgainIsByClassWhereClassesDiffer(t *testing.T) {
	const set = " --set NAME=VALUE   (with the same parameters they fail again)"
	const source = "those of class source: rerun their sources, which the errors name, then run or launch this sweep again"
	tests := map[string]struct {
		classes map[queue.Class]int
		want    []string
	}{
		"none":    {nil, nil},
		"storage": {map[queue.Class]int{queue.Storage: 1, queue.Lost: 2}, []string{"rerun"}},
		"numbers": {map[queue.Class]int{queue.Numeric: 1, queue.Invalid: 1, queue.Lost: 0}, []string{"rerun" + set}},
		"both": {map[queue.Class]int{queue.Numeric: 1, queue.Storage: 1, queue.Lost: 1, queue.Source: 1}, []string{
			"rerun --class numeric" + set, "rerun --class lost", "rerun --class storage", source,
		}},
		"source": {map[queue.Class]int{queue.Source: 1}, []string{source}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := again("rerun", test.classes); !slices.Equal(got, test.want) {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}
