package costs

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"eisweep/internal/results"
	"eisweep/sweeps"
)

// answering is a prober with one answer.
type answering struct{ results.Answer }

func (p answering) Ask(_ context.Context, _ results.Query, _ string, _ []string, each func(int, results.Answer) error) error {
	return each(0, p.Answer)
}

// encoded are matrices of 4, 2, 2 and 1 weights.
func encoded() []byte {
	var out []byte
	for _, n := range []uint32{4, 2, 2, 1} {
		out = binary.LittleEndian.AppendUint32(out, n)
		for i := range n {
			out = binary.LittleEndian.AppendUint32(out, 0x3f800000+i<<20) // 1 and more
		}
	}
	return out
}

func TestNetworkIsDecoded(t *testing.T) {
	s, err := decodeNetwork(encoded())
	if err != nil || !slices.Equal(s.WEE, []float32{1, 1.125, 1.25, 1.375}) || len(s.WEI) != 2 || len(s.WIE) != 2 || len(s.WII) != 1 ||
		len(s.CorrelationsEE) != 4 || len(s.ResponseSimEE) != 4 {
		t.Errorf("%+v, %v", s, err)
	}
	for length := range len(encoded()) {
		if _, err := decodeNetwork(encoded()[:length]); !errors.Is(err, errAnswer) {
			t.Errorf("%d bytes: %v", length, err)
		}
	}
}

func TestChangedFilesAreNotUsed(t *testing.T) {
	answer := results.Answer{Bytes: encoded()}
	answer.SHA256 = "ab"
	for sha256, want := range map[string]error{"ab": nil, "cd": errAltered} {
		if s, err := readNetwork(t.Context(), answering{answer}, &network{path: "x.h5", sha256: sha256}); !errors.Is(err, want) ||
			(s != nil) != (want == nil) {
			t.Errorf("SHA-256 %s: %v, %v", sha256, s, err)
		}
	}
}

// Without its file, a network is unknown, and that is no error.
func TestMissingNetworks(t *testing.T) {
	h := &history{prober: answering{results.Answer{Err: results.ErrNotResult}}}
	for _, source := range []sweeps.Input{{Task: sweeps.ID{1}}, {Path: "x.h5", SHA256: "ab"}} {
		if s, err := h.networkOf(t.Context(), &sweeps.Task{Source: &source}); s != nil || err != nil {
			t.Errorf("%+v: %v, %v", source, s, err)
		}
	}
}
