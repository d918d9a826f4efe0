package results

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"eisweep/internal/results/h5"
)

// skeletonKey encodes everything that a skeleton depends on.
func skeletonKey(nodes []node) []byte {
	var b []byte
	text := func(s string) {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	for i := range nodes {
		n := &nodes[i]
		text(n.path)
		switch {
		case n.values != nil:
			b = append(b, 'a', byte(n.values.elementType()))
			for _, d := range append(slices.Clone(n.dims), len(n.dims)) {
				b = binary.AppendUvarint(b, uint64(d))
			}
		case n.isLines:
			b = binary.AppendUvarint(append(b, 'l'), uint64(len(n.lines)))
		}
		for _, a := range n.attributes {
			if !a.perTask {
				text(a.name)
				b = appendValue(b, a.value)
			}
		}
		b = append(b, 0)
	}
	return b
}

// appendValue appends the type and the value of an attribute.
func appendValue(b []byte, value any) []byte {
	text := func(kind byte, s string) []byte {
		return append(binary.AppendUvarint(append(b, kind), uint64(len(s))), s...)
	}
	switch v := value.(type) {
	case bool:
		if v {
			return append(b, 'b', 1)
		}
		return append(b, 'b', 0)
	case int64:
		return binary.LittleEndian.AppendUint64(append(b, 'i'), uint64(v))
	case float64:
		return binary.LittleEndian.AppendUint64(append(b, 'f'), math.Float64bits(v))
	case string:
		return text('s', v)
	case h5.ASCII:
		return text('a', string(v))
	case h5.Text:
		return text('t', string(v))
	default:
		return text('?', fmt.Sprintf("%T", v)) // creating the skeleton fails
	}
}
