package results

import (
	"strings"
	"testing"
)

// TestAnswersArriveInAnyPieces: an answer is complete, or refused for its length, however a pipe divides it.
func TestAnswersArriveInAnyPieces(t *testing.T) {
	const limit = 5
	for _, test := range []struct {
		name, sent string
		want       []string
		refused    string
	}{
		{"two answers", "{\"Bytes\":3}\nabc{\"Bytes\":0}\n", []string{"abc", ""}, ""},
		{"as long as allowed", "{\"Bytes\":5}\nabcde", []string{"abcde"}, ""},
		{"too long", "{\"Bytes\":6}\nabcdef", nil, "6 bytes"},
		{"negative", "{\"Bytes\":-1}\nabcdef", nil, "-1 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for piece := 1; piece <= len(test.sent); piece++ {
				var got []string
				s := answerStream{limit: limit, answered: func(_, text []byte) error {
					got = append(got, string(text))
					return nil
				}}
				var err error
				for rest := test.sent; rest != "" && err == nil; {
					n := min(piece, len(rest))
					_, err = s.Write([]byte(rest[:n]))
					rest = rest[n:]
				}
				if refused := err != nil && strings.Contains(err.Error(), test.refused); refused != (test.refused != "") ||
					strings.Join(got, "|") != strings.Join(test.want, "|") {
					t.Errorf("in pieces of %d: %q, error %v", piece, got, err)
				}
			}
		})
	}
}
