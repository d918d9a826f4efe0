package figures

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"eisweep/internal/results"
)

// ApplicableQuery asks a child process which figures apply to a file. The question has no argument, and DecodeRefusals decodes the answer.
func ApplicableQuery() results.Query {
	return results.Query{Name: "figures", MaxAnswer: 64 << 10, Answer: refusals}
}

// refusals says by name why figures do not apply to a file.
func refusals(r *results.Reader, _ string) ([]byte, error) {
	out := map[string]string{}
	for _, f := range All() {
		err := f.Of.check(r)
		if err == nil {
			_, err = f.Read(r, true)
		}
		if errors.Is(err, ErrNotApplicable) {
			out[f.Name] = reasonOf(err)
			continue
		}
		if err != nil {
			return nil, err
		}
	}
	return json.Marshal(out)
}

// reasonOf is why a figure does not apply.
func reasonOf(err error) string {
	return strings.TrimPrefix(err.Error(), ErrNotApplicable.Error()+": ")
}

// DecodeRefusals returns by name why figures do not apply to a file; the others do.
func DecodeRefusals(text []byte) (map[string]string, error) {
	var out map[string]string
	if err := json.Unmarshal(text, &out); err != nil {
		return nil, fmt.Errorf("decode which figures apply: %w", err)
	}
	return out, nil
}
