package catalog

import (
	"context"
	"sync"
)

// Wanted returns a function that reports whether the latest launch of a sweep wants a file of that name. Where the
// launch cannot be read, it wants any. The function reads the launch when it is first called.
func (x *Catalog) Wanted(ctx context.Context, prober Prober, sweep string) func(file string) bool {
	names := sync.OnceValue(func() map[uint64]bool {
		_, e, err := x.expandLatest(ctx, prober, sweep)
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
