package display

import (
	"maps"
	"slices"

	"eisweep/internal/protocol"
)

// Rerun is how some failed tasks run again.
type Rerun struct {
	Command string // "" if no command does it
	Note    string
	classes []protocol.Class
}

// String is the command with its note.
func (r Rerun) String() string {
	switch {
	case r.Command == "":
		return r.Note
	case r.Note == "":
		return r.Command
	}
	return r.Command + "   (" + r.Note + ")"
}

// Covers reports whether the command runs the failures of all these classes again.
func (r Rerun) Covers(classes map[protocol.Class]int) bool {
	for class, n := range classes {
		if n > 0 && !slices.Contains(r.classes, class) {
			return false
		}
	}
	return true
}

// Reruns says how failures of these classes run again; rerun is the command without options. Where some need other parameters
// and some do not, each class has a command of its own. Those that failed with their source come last.
func Reruns(rerun string, classes map[protocol.Class]int) []Rerun {
	var repeating, others []protocol.Class
	for _, class := range slices.Sorted(maps.Keys(classes)) {
		switch {
		case classes[class] == 0 || class == protocol.Source:
		case class.Repeats():
			repeating = append(repeating, class)
		default:
			others = append(others, class)
		}
	}
	var out []Rerun
	switch both := slices.Concat(repeating, others); {
	case len(both) == 0:
	case len(repeating) == 0 || len(others) == 0:
		out = append(out, newRerun(rerun+" --failed", both...))
	default:
		for _, class := range both {
			out = append(out, RerunClass(rerun, class))
		}
	}
	if classes[protocol.Source] > 0 {
		out = append(out, RerunClass(rerun, protocol.Source))
	}
	return out
}

// RerunClass says how failures of one class run again.
func RerunClass(rerun string, class protocol.Class) Rerun {
	if class == protocol.Source {
		return Rerun{Note: "for class source: rerun the sources, which the errors name, then run or launch this sweep again"}
	}
	return newRerun(rerun+" --class "+string(class), class)
}

// newRerun adds --set to the command where the same parameters would fail again. The classes are all of one kind.
func newRerun(command string, classes ...protocol.Class) Rerun {
	if classes[0].Repeats() {
		return Rerun{command + " --set NAME=VALUE", "with the same parameters they fail again", classes}
	}
	return Rerun{command, "", classes}
}
