package h5

import "encoding/binary"

// Types of messages in object headers.
const (
	messageSpace       = 0x0001
	messageType        = 0x0003
	messageFill        = 0x0005
	messageLayout      = 0x0008
	messageFilters     = 0x000b
	messageAttribute   = 0x000c
	messageSymbolTable = 0x0011
)

// objectHeader is version 1, everything in one piece.
func objectHeader(messages []byte, n int) []byte {
	b := make([]byte, 0, 16+len(messages))
	b = append(b, 1, 0)
	b = put16(b, uint16(n))
	b = put32(b, 1) // one link leads to it
	b = put32(b, uint32(len(messages)))
	b = put32(b, 0)
	return append(b, messages...)
}

// appendMessage appends to messages, all of which end at a multiple of 8.
func appendMessage(b []byte, kind uint16, body []byte) []byte {
	b = put16(b, kind)
	b = put16(b, uint16((len(body)+7)&^7))
	flags := byte(0)
	if kind == messageType || kind == messageFill || kind == messageFilters {
		flags = 1 // never changes
	}
	b = append(b, flags, 0, 0, 0)
	return pad(append(b, body...))
}

const datasetMessages = 5

func (d *dataset) messages() []byte {
	fillTime := byte(2) // where a value is set
	if d.kind == Lines {
		fillTime = 0 // when room is made: there must be no references to nothing
	}
	b := appendMessage(make([]byte, 0, 512), messageSpace, d.space())
	b = appendMessage(b, messageType, elementTypes[d.kind])
	b = appendMessage(b, messageFill, []byte{2, 3, fillTime, 1, 0, 0, 0, 0})
	b = appendMessage(b, messageLayout, d.layout())
	return appendMessage(b, messageFilters, d.filters())
}

func (d *dataset) space() []byte {
	b := []byte{1, byte(len(d.dims)), 1, 0, 0, 0, 0, 0}
	for _, n := range d.dims {
		b = put64(b, uint64(n))
	}
	for axis, n := range d.dims {
		if axis == 0 && d.growing {
			b = put64(b, undefined)
		} else {
			b = put64(b, uint64(n))
		}
	}
	return b
}

func (d *dataset) layout() []byte {
	b := []byte{3, 2, byte(len(d.chunk) + 1)}
	b = put64(b, d.index)
	for _, n := range d.chunk {
		b = put32(b, uint32(n))
	}
	return put32(b, uint32(d.elementSize()))
}

func (d *dataset) filters() []byte {
	b := []byte{1, 2, 0, 0, 0, 0, 0, 0}
	if d.kind == Lines {
		b = appendFilter(b, 2, "shuffle\x00") // left out
	} else {
		b = appendFilter(b, 2, "shuffle\x00", uint32(d.elementSize()))
	}
	return appendFilter(b, 1, "deflate\x00", deflateLevel)
}

func appendFilter(b []byte, id uint16, name string, parameters ...uint32) []byte {
	b = put16(b, id)
	b = put16(b, uint16(len(name)))
	b = put16(b, 1) // may be left out
	b = put16(b, uint16(len(parameters)))
	b = append(b, name...)
	for _, p := range parameters {
		b = put32(b, p)
	}
	return pad(b)
}

// Classes of types, with their version.
const (
	classInteger  = 0x10
	classFloat    = 0x11
	classString   = 0x13
	classBits     = 0x14
	classSequence = 0x19
)

// elementTypes are the descriptions of Types.
var elementTypes = map[Type][]byte{
	Float32: floatType(4, 0x1f, 23, 8, 127),
	Float64: floatType(8, 0x3f, 52, 11, 1023),
	Int32:   integerType(4, true),
	Int64:   integerType(8, true),
	Lines:   append([]byte{classSequence, 0, 0, 0, sequenceSize, 0, 0, 0}, integerType(4, false)...),
}

var (
	textType = append([]byte{classSequence, 1, 1, 0, sequenceSize, 0, 0, 0}, integerType(1, false)...)
	boolType = []byte{classBits, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0}
)

func integerType(size byte, signed bool) []byte {
	sign := byte(0)
	if signed {
		sign = 8
	}
	return []byte{classInteger, sign, 0, 0, size, 0, 0, 0, 0, 0, 8 * size, 0}
}

// floatType is an IEEE number: sign bit, exponent above mantissa, implied first bit.
func floatType(size, sign, mantissa, exponent byte, bias uint32) []byte {
	b := []byte{classFloat, 0x20, sign, 0, size, 0, 0, 0, 0, 0, 8 * size, 0, mantissa, exponent, 0, mantissa}
	return put32(b, bias)
}

func stringType(size int, utf8 bool) []byte {
	set := byte(0)
	if utf8 {
		set = 0x10
	}
	return put32([]byte{classString, set, 0, 0}, uint32(size))
}

// pad fills up to a multiple of 8.
func pad(b []byte) []byte { return append(b, "\x00\x00\x00\x00\x00\x00\x00"[:-len(b)&7]...) }

func put16(b []byte, n uint16) []byte { return binary.LittleEndian.AppendUint16(b, n) }
func put32(b []byte, n uint32) []byte { return binary.LittleEndian.AppendUint32(b, n) }
func put64(b []byte, n uint64) []byte { return binary.LittleEndian.AppendUint64(b, n) }
