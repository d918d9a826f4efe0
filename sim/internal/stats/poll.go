package stats

import "context"

// ctxPoll checks a context every few million multiplications: often enough to stop
// within milliseconds, seldom enough to cost nothing.
type ctxPoll struct {
	ctx  context.Context
	work int
}

// after counts multiplications that are done, and returns the context's error if it is
// time to check it.
func (p *ctxPoll) after(work int) error {
	const interval = 1 << 22
	p.work += work
	if p.work < interval {
		return nil
	}
	p.work = 0
	return p.ctx.Err()
}
