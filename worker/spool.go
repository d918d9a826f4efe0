package worker

import (
	"fmt"

	"eisweep/internal/atomicfile"
)

// spool is a file beside the result that holds what a PERTURB does not keep in memory while it runs. A crash
// may leave it; whoever settles the run removes it together with unfinished results.
type spool struct{ *atomicfile.Draft }

func newSpool(result string) (*spool, error) {
	f, err := atomicfile.Create(result, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make spool: %w", err)
	}
	return &spool{f}, nil
}

// remove removes the file. Its contents are no longer needed, so an error does not matter.
func (s *spool) remove() {
	_ = s.Discard()
}
