package sim

import (
	"context"
	"slices"
	"sync"
)

// Cache keeps what depends on parameters alone (wee by the rule with its
// convolution, and the input with its table of afferents) for the tasks of a
// process, so that tasks which have it in common compute it once. Results have the same
// bits with and without a cache, and tasks never write to what it keeps. The zero Cache is
// ready to use; a nil Cache keeps nothing. It is safe for concurrent use.
type Cache struct {
	mu   sync.Mutex
	kept []*foundation // the most recently used last
}

// maxKept is how many foundations are kept. Each takes about 5 MB at the published size.
const maxKept = 4

// foundation is what tasks with the same input parameters share.
type foundation struct {
	key  foundationKey
	turn chan struct{} // a lock on rule that can be waited for with a context
	rule *excitation   // nil until it is first used
	*input
}

// foundationKey are the parameters that a foundation depends on.
type foundationKey struct {
	perAxis, stimuli        int
	kappa, peak, background float32
	p, total                float32 // of wee
}

func foundationKeyOf(p *Parameters) foundationKey {
	return foundationKey{perAxis: p.Ng.Exc.NPerAxis, stimuli: p.Inp.NStimuli, kappa: p.Inp.VonmisesKappa,
		peak: p.Inp.Exc.PeakStimulus, background: p.Inp.Exc.BgInput, p: p.Sy.E2E.P, total: p.Sy.E2E.WTotal}
}

// foundation returns what tasks with these parameters share. If there are too many, the
// least recently used one is dropped from the cache; tasks that use it keep it.
func (s *Cache) foundation(p *Parameters) *foundation {
	key := foundationKeyOf(p)
	if s == nil {
		return newFoundation(p, key)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	at := slices.IndexFunc(s.kept, func(f *foundation) bool { return f.key == key })
	var f *foundation
	if at >= 0 {
		f = s.kept[at]
		s.kept = slices.Delete(s.kept, at, at+1)
	} else {
		f = newFoundation(p, key)
		if len(s.kept) == maxKept {
			s.kept = slices.Delete(s.kept, 0, 1)
		}
	}
	s.kept = append(s.kept, f)
	return f
}

func newFoundation(p *Parameters, key foundationKey) *foundation {
	return &foundation{key: key, turn: make(chan struct{}, 1), input: newInput(p)}
}

// excitation returns the wee of a task, which may bring its own (newExcitation). If several
// tasks call it at once, one of them computes it; if its context ends, another one does.
func (f *foundation) excitation(ctx context.Context, p *Parameters, own []float32) (*excitation, error) {
	if own != nil && !convolvable(p) {
		return &excitation{wee: slices.Clone(own)}, nil
	}
	select {
	case f.turn <- struct{}{}:
		defer func() { <-f.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if f.rule == nil {
		rule, err := ruledExcitation(ctx, p)
		if err != nil {
			return nil, err
		}
		f.rule = rule
	}
	if own != nil && !slices.Equal(own, f.rule.wee) {
		return &excitation{wee: slices.Clone(own)}, nil
	}
	return f.rule, nil
}
