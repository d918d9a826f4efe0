package catalog

import (
	"context"

	"eisweep/internal/results"
)

// Prober reads result files as results.Prober does: they survive a file that crashes
// the reader. Check reads only files whose SHA-256 is the one that is expected.
type Prober interface {
	Probe(ctx context.Context, path string) (results.Contents, error)
	Digest(ctx context.Context, path string) (results.Contents, error)
	Check(ctx context.Context, files []results.ExpectedFile) []results.CheckResult
	Ask(ctx context.Context, q results.Query, argument string, paths []string, each func(i int, a results.Answer) error) error
}
