package measures

import (
	"context"
	"fmt"

	"eisweep/internal/results"
)

// Found is what Collect found out about a file.
type Found struct {
	results.FileHash              // of the file that was read
	Info             results.Info // what the file says about itself
	Values           Values
	Err              error // of results.Prober.Ask; then the rest is not known
}

// Collect computes the measures of files in child processes, and calls each with those of paths[i], as results.Prober.Ask
// does. It returns the errors of Ask.
func Collect(ctx context.Context, p results.Prober, paths []string, each func(i int, f Found) error) error {
	return p.Ask(ctx, Query, "", paths, func(i int, a results.Answer) error {
		f := Found{FileHash: a.FileHash, Info: a.Info, Err: a.Err}
		if f.Err == nil {
			if f.Values, f.Err = decode(a.Bytes); f.Err != nil {
				f.Err = fmt.Errorf("measure %s: %w", paths[i], f.Err)
			}
		}
		return each(i, f)
	})
}
