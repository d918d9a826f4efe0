package measures

import (
	"encoding/binary"
	"fmt"
	"math"

	"eisweep/internal/results"
)

// Query has the child of a results.Prober compute the measures of files. Its answer is their Values, for Decode.
var Query = results.Query{Name: "measures", MaxAnswer: 8 * len(All()), Answer: func(r *results.Reader, _ string) ([]byte, error) {
	values, err := compute(r)
	if err != nil {
		return nil, err
	}
	return values.encode(nil), nil
}}

// encode appends the values to bytes.
func (v Values) encode(to []byte) []byte {
	for _, x := range v {
		to = binary.LittleEndian.AppendUint64(to, math.Float64bits(x))
	}
	return to
}

// decode returns the values that encode made the bytes from.
func decode(from []byte) (Values, error) {
	if len(from) != 8*len(All()) {
		return nil, fmt.Errorf("%d bytes are not %d measures", len(from), len(All()))
	}
	v := make(Values, len(from)/8)
	for i := range v {
		v[i] = math.Float64frombits(binary.LittleEndian.Uint64(from[8*i:]))
	}
	return v, nil
}
