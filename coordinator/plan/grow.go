package plan

import (
	"context"
	"maps"

	"eisweep/coordinator/stopping"
	"eisweep/internal/until"
	"eisweep/sweeps"
)

// Growth is what [until] adds to a launched sweep.
type Growth struct {
	Items []Item
	// Points are those that may need more seeds once these tasks of theirs are settled.
	Points map[int][]sweeps.ID
	// Unread is the first reason why a result could not be measured: nothing is decided then. Nil if all could be.
	Unread error

	decisions map[int]until.Decision
}

// Grow decides again for points of a launched sweep whose tasks are settled, by the sweep's manifest. A point with a task that the
// manifest does not settle, because another launch has left it out, gets nothing more. The catalog must be fresh.
func (s *Sweep) Grow(ctx context.Context, earlier Launches, points []int) (*Growth, error) {
	u, _ := s.Sweep.Until()
	p := newPlanner(ctx, s.planner.catalog, s.planner.prober, earlier,
		Request{Sweeps: []*sweeps.Sweep{s.Sweep}, Supersede: true, KeepFile: true})
	decided, err := stopping.Decide(ctx, p.prober, u, points, func(point, seed int) (stopping.Result, error) {
		return p.catalog.Result(s.Expansion.At(s.Expansion.NumberOf(point, seed)).ID, s.Name)
	})
	if err != nil {
		return nil, err
	}
	out := &Growth{Points: map[int][]sweeps.ID{}, Unread: decided.Unread, decisions: decided.ByPoint}
	if out.Unread != nil {
		return out, nil
	}
	for _, point := range points {
		for seed := s.decisions[point].Seeds; seed < decided.ByPoint[point].Seeds; seed++ {
			if err := s.growBy(p, out, point, seed); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// growBy adds the task of a seed. One that was done before is part of the sweep already.
func (s *Sweep) growBy(p *planner, out *Growth, point, seed int) error {
	number := s.Expansion.NumberOf(point, seed)
	t := s.Expansion.At(number)
	item, _, err := p.decide(s.Name, &t)
	if err != nil {
		return err
	}
	item.Number = number
	if item.Action != Keep || item.Adopted != nil {
		out.Items = append(out.Items, item)
	}
	if out.decisions[point].Reason == until.Undecided {
		out.Points[point] = append(out.Points[point], t.ID)
	}
	return nil
}

// Accept makes a growth part of the sweep.
func (s *Sweep) Accept(g *Growth) { maps.Copy(s.decisions, g.decisions) }
