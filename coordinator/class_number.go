package coordinator

import (
	"slices"

	"eisweep/internal/protocol"
)

// classNumber is a protocol.Class in a byte.
type classNumber uint8

var classes = append([]protocol.Class{""}, protocol.Classes()...)

func classOf(c protocol.Class) classNumber {
	if i := slices.Index(classes, c); i >= 0 {
		return classNumber(i)
	}
	return classOf(protocol.Lost) // of a newer version
}

func (c classNumber) name() protocol.Class { return classes[c] }
