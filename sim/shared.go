package sim

import (
	"context"
	"slices"
	"sync"
)

// Shared keeps what depends on parameters alone (wee by the rule with its
// convolution, and the input with its table of afferents) for the tasks of a
// process, so that it is computed once for those that have it in common. Results
// have the same bits with it and without, and tasks never write to it. The zero
// value is ready; nil keeps nothing. It is safe for concurrent use.
type Shared struct {
	mu   sync.Mutex
	kept []*foundation // the last used at the end
}

// sharedMost is how many sets of parameters are kept, with some 5 MB each at the
// published size.
const sharedMost = 4

// foundation is what tasks of the same inputs have in common.
type foundation struct {
	key  foundationKey
	turn chan struct{} // held by who reads or sets rule
	rule *excitation   // nil before it is asked for
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

// foundation returns what tasks with these parameters share. Of many sets the one
// not used for longest is forgotten; who has it keeps it.
func (s *Shared) foundation(p *Parameters) *foundation {
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
		if len(s.kept) == sharedMost {
			s.kept = slices.Delete(s.kept, 0, 1)
		}
	}
	s.kept = append(s.kept, f)
	return f
}

func newFoundation(p *Parameters, key foundationKey) *foundation {
	return &foundation{key: key, turn: make(chan struct{}, 1), input: newInput(p)}
}

// excitation is the task's wee, or its own (newExcitation). Of several tasks that
// ask at a time one computes it; where its context ends another one does.
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
