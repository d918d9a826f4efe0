package coordinator

import (
	"context"
	"sync"

	"eisweep/coordinator/inputs"
	"eisweep/coordinator/records"
	"eisweep/internal/root"
)

// wantedFiles says which files the latest launch of a sweep wants: all, where that can't
// be read. It is read when it is first asked for.
func wantedFiles(ctx context.Context, r *root.Root, x *index, prober Prober, sweep string) func(file string) bool {
	names := sync.OnceValue(func() map[uint64]bool {
		s, err := records.Launched(r, sweep)
		if err != nil {
			return nil
		}
		lib := newLibrary(ctx, r, x, prober, nil)
		if lib.copies, err = inputs.Read(r); err != nil {
			return nil
		}
		e, err := s.Expand(ctx, lib)
		if err != nil {
			return nil
		}
		out := map[uint64]bool{}
		for t := range e.All() {
			out[hashName(t.File)] = true
		}
		return out
	})
	return func(file string) bool {
		known := names()
		return known == nil || known[hashName(file)]
	}
}
