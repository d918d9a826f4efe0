package sim

import "context"

// patience looks at a context now and then: often enough to stop within
// milliseconds, seldom enough to cost nothing.
type patience struct {
	ctx  context.Context
	work int
}

// after adds to the multiplications done and returns the context's error once
// there have been some since the last look.
func (p *patience) after(work int) error {
	const enough = 1 << 22
	p.work += work
	if p.work < enough {
		return nil
	}
	p.work = 0
	return p.ctx.Err()
}
