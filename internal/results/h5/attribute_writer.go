package h5

import (
	"encoding/binary"
	"math"
)

var (
	scalarSpace = []byte{1, 0, 0, 0, 0, 0, 0, 0}
	nullSpace   = []byte{2, 0, 0, 2}
)

// encode gives the body of the attribute's message; text is the value of a Text.
func (a *Attribute) encode(heap *globalHeap, text heapObject) []byte {
	switch v := a.Value.(type) {
	case Text:
		return a.message(textType, scalarSpace, heap.reference(nil, uint32(len(v)), text))
	case ASCII:
		return a.fixed(string(v), false)
	case string:
		return a.fixed(v, true)
	case bool:
		value := []byte{0}
		if v {
			value[0] = 1
		}
		return a.message(boolType, scalarSpace, value)
	case int64:
		return a.message(elementTypes[Int64], scalarSpace, put64(nil, uint64(v)))
	case float64:
		return a.message(elementTypes[Float64], scalarSpace, put64(nil, math.Float64bits(v)))
	default:
		panic("an attribute that was not checked")
	}
}

// fixed is a string of its own length; the empty one is no value of length 1.
func (a *Attribute) fixed(value string, utf8 bool) []byte {
	if value == "" {
		return a.message(stringType(1, utf8), nullSpace, nil)
	}
	return a.message(stringType(len(value), utf8), scalarSpace, []byte(value))
}

// message is version 1, whose parts are padded.
func (a *Attribute) message(kind, space, value []byte) []byte {
	b := make([]byte, 8, 8+len(a.Name)+8+len(kind)+len(space)+16+len(value)+8)
	b[0] = 1
	binary.LittleEndian.PutUint16(b[2:], uint16(len(a.Name)+1))
	binary.LittleEndian.PutUint16(b[4:], uint16(len(kind)))
	binary.LittleEndian.PutUint16(b[6:], uint16(len(space)))
	b = pad(append(append(b, a.Name...), 0))
	b = pad(append(b, kind...))
	b = pad(append(b, space...))
	return append(b, value...)
}
