package control

import (
	"fmt"
	"strings"

	"eisweep/sim"
)

// maxListed is the largest number of sweeps that an error lists.
const maxListed = 5

// UnknownSweep refuses a name that is not among the sweeps that a root is known to have.
func UnknownSweep(root, name string, known []string) *Refusal {
	return &Refusal{Kind: Unknown, Text: fmt.Sprintf("there is no sweep %q in %s; %s", sim.Excerpt(name), root, insteadOf(name, known))}
}

// insteadOf suggests the sweep that was meant, or lists some.
func insteadOf(name string, known []string) string {
	if near := sim.Nearest(name, known); near != "" {
		return "did you mean " + near + "?"
	}
	switch more := len(known) - maxListed; {
	case len(known) == 0:
		return "it has no sweeps yet"
	case more > 0:
		return fmt.Sprintf("it has %s and %d more: eisweep status", strings.Join(known[:maxListed], ", "), more)
	}
	return "it has " + strings.Join(known, ", ")
}
