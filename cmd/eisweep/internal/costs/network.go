package costs

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"eisweep/internal/results"
	"eisweep/sim"
)

// matrices are the weights of a network in a result file, in the order of the query's answer.
var matrices = []string{"wee", "wei", "wie", "wii"}

// mostWeights is how many weights a network that is measured with has at most.
const mostWeights = 4 << 20

// NetworkQuery has the child of a results.Prober read the weights of a trained network: for each matrix its size and its values.
var NetworkQuery = results.Query{Name: "network", MaxAnswer: 4 * (mostWeights + len(matrices)), Answer: answerNetwork}

func answerNetwork(r *results.Reader, _ string) ([]byte, error) {
	var out []byte
	for _, name := range matrices {
		w, err := r.Float64s("/sim_state/"+name, results.AnyLength, results.AnyLength)
		if err != nil {
			return nil, err
		}
		if len(out)/4+len(w) > mostWeights {
			return nil, fmt.Errorf("%w: its network is too large to measure with", results.ErrNotResult)
		}
		out = binary.LittleEndian.AppendUint32(out, uint32(len(w)))
		for _, x := range w {
			out = binary.LittleEndian.AppendUint32(out, math.Float32bits(float32(x)))
		}
	}
	return out, nil
}

var (
	errAltered = errors.New("the file has changed")
	errAnswer  = errors.New("the answer about the network ends early")
)

// decodeNetwork reads what answerNetwork wrote. The network has no correlations or similarities, which measuring does not need.
func decodeNetwork(from []byte) (*sim.Source, error) {
	var s sim.Source
	for _, to := range []*[]float32{&s.WEE, &s.WEI, &s.WIE, &s.WII} {
		if len(from) < 4 || uint64(len(from)-4) < 4*uint64(binary.LittleEndian.Uint32(from)) {
			return nil, errAnswer
		}
		*to = make([]float32, binary.LittleEndian.Uint32(from))
		from = from[4:]
		for i := range *to {
			(*to)[i] = math.Float32frombits(binary.LittleEndian.Uint32(from[4*i:]))
		}
		from = from[4*len(*to):]
	}
	s.CorrelationsEE, s.ResponseSimEE = make([]float64, len(s.WEE)), make([]float64, len(s.WEE))
	return &s, nil
}

// asker asks the child of a results.Prober about files.
type asker interface {
	Ask(ctx context.Context, q results.Query, argument string, paths []string, each func(i int, a results.Answer) error) error
}

// readNetwork reads a network from a file whose hash is known.
func readNetwork(ctx context.Context, prober asker, n *network) (source *sim.Source, err error) {
	err = prober.Ask(ctx, NetworkQuery, "", []string{n.path}, func(_ int, a results.Answer) error {
		if a.Err != nil {
			return a.Err
		}
		if a.SHA256 != n.sha256 {
			return errAltered
		}
		source, a.Err = decodeNetwork(a.Bytes)
		return a.Err
	})
	return source, err
}
