package worker

import (
	"fmt"

	"eisweep/internal/atomicfile"
)

// spool is a file beside the result that keeps what a PERTURB doesn't hold in memory
// while it runs. A crash may leave it; whoever settles the run removes it with the parts of
// results.
type spool struct{ *atomicfile.Draft }

func newSpool(result string) (*spool, error) {
	f, err := atomicfile.Create(result, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make spool: %w", err)
	}
	return &spool{f}, nil
}

// remove removes the file. What was in it is of no use any more, nor is an error.
func (s *spool) remove() {
	_ = s.Discard()
}
