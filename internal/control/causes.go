package control

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"eisweep/internal/protocol"
)

// Causes are lines that say why tasks of the sweep failed, one for each class.
func (s *SweepSummary) Causes() (out []string) {
	for _, class := range slices.Sorted(maps.Keys(s.ByClass)) {
		out = append(out, fmt.Sprintf("%s failed (%s)", Count(s.ByClass[class], "task"), class)+s.first(class))
	}
	return out
}

// first is the first failure of a class that is known.
func (s *SweepSummary) first(class protocol.Class) string {
	for i := range s.Failures {
		if f := &s.Failures[i]; f.Class == class {
			line, _, _ := strings.Cut(f.Error, "\n")
			return fmt.Sprintf("; the first: %s: %s", f.File, line)
		}
	}
	return ""
}
