package figures

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// Data are the numbers of one network that a figure draws, by names that the figure chooses.
type Data map[string]numbers

// numbers are sent as bytes, because JSON has no NaN.
type numbers []float64

func (n numbers) MarshalJSON() ([]byte, error) {
	text := make([]byte, 0, 8*len(n))
	for _, x := range n {
		text = binary.LittleEndian.AppendUint64(text, math.Float64bits(x))
	}
	return json.Marshal(text)
}

func (n *numbers) UnmarshalJSON(encoded []byte) error {
	var text []byte
	if err := json.Unmarshal(encoded, &text); err != nil {
		return err
	}
	if len(text)%8 != 0 {
		return fmt.Errorf("%d bytes are not a sequence of float64", len(text))
	}
	*n = make(numbers, len(text)/8)
	for i := range *n {
		(*n)[i] = math.Float64frombits(binary.LittleEndian.Uint64(text[8*i:]))
	}
	return nil
}

// answered is what the child process writes.
type answered struct {
	Data    Data   `json:",omitempty"`
	Refusal string `json:",omitempty"` // why the figure does not apply to the file
}

func (d Data) encode() ([]byte, error) { return json.Marshal(answered{Data: d}) }

func encodeRefusal(err error) ([]byte, error) {
	return json.Marshal(answered{Refusal: reasonOf(err)})
}

// Decode returns the Data that a child process answered with. The error wraps ErrNotApplicable when the figure does not apply to
// the file.
func Decode(text []byte) (Data, error) {
	var a answered
	if err := json.Unmarshal(text, &a); err != nil {
		return nil, fmt.Errorf("decode the data of a figure: %w", err)
	}
	if a.Refusal != "" {
		return nil, notApplicable("%s", a.Refusal)
	}
	if a.Data == nil {
		return nil, errors.New("decode the data of a figure: there are none")
	}
	return a.Data, nil
}
