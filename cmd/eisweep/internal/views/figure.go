package views

import (
	"bytes"
	"container/list"
	"context"
	"errors"
	"strings"
	"sync"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/views/api"
	"eisweep/internal/dashboard"
	"eisweep/internal/figures"
	"eisweep/internal/figures/drawing"
	"eisweep/internal/results"
	"eisweep/sim"
	"eisweep/sweeps"
)

// pictures draws figures of single results, few at a time, and keeps the last ones, and which figures the results have.
type pictures struct {
	turns chan struct{}

	mu    sync.Mutex
	kept  map[string]*list.Element // by result, and by figure
	order list.List                // of *picture, the one that was used last first
}

type picture struct {
	key string
	svg []byte
}

// How many pictures are kept, and drawn at a time.
const (
	maxPictures      = 64
	picturesAtATime  = 1
	unfitForAResult  = 422
	alteredSinceThen = 409
)

func newPictures() *pictures {
	return &pictures{turns: make(chan struct{}, picturesAtATime), kept: map[string]*list.Element{}}
}

// figure draws a figure of a task's result.
func (d *Dashboard) figure(ctx context.Context, id sweeps.ID, sweep, name string) ([]byte, error) {
	f := figures.Find(name)
	if f == nil {
		return nil, &dashboard.Refusal{Code: 404, Text: "there is no such figure"}
	}
	k, err := d.find(ctx, id, sweep)
	if err != nil {
		return nil, err
	}
	path := k.path(d)
	if path == "" {
		return nil, &dashboard.Refusal{Code: 404, Text: "the task has no result"}
	}
	return d.pictures.make(ctx, k.line.SHA256+" "+name, func() ([]byte, error) { return draw(ctx, f, k, path) })
}

// figures says which figures can be drawn from a task's result, and why others cannot.
func (d *Dashboard) figures(ctx context.Context, id sweeps.ID, sweep string) (*api.Figures, error) {
	out := &api.Figures{ID: id, Figures: []api.Figure{}, Others: []api.OtherFigure{}}
	k, err := d.find(ctx, id, sweep)
	if err != nil {
		return nil, err
	}
	path := k.path(d)
	if path == "" {
		return out, nil
	}
	text, err := d.pictures.make(ctx, k.line.SHA256, func() ([]byte, error) { return ask(ctx, figures.ApplicableQuery(), "", k, path) })
	if err != nil {
		return nil, err
	}
	refusals, err := figures.DecodeRefusals(text)
	if err != nil {
		return nil, err
	}
	for _, f := range figures.All() {
		switch why, isRefused := refusals[f.Name]; {
		case (f.Of == figures.Perturbation) != (k.task.Experiment == sim.Perturb): // of other experiments
		case isRefused:
			out.Others = append(out.Others, api.OtherFigure{Name: f.Name, Why: why})
		default:
			out.Figures = append(out.Figures, api.Figure{Name: f.Name, About: f.About})
		}
	}
	return out, nil
}

// ask has a child process answer a question about a task's result, which must be what the manifest says.
func ask(ctx context.Context, q results.Query, argument string, k *known, path string) ([]byte, error) {
	prober, err := cli.NewProber()
	if err != nil {
		return nil, err
	}
	var answer results.Answer
	err = prober.Ask(ctx, q, argument, []string{path}, func(_ int, a results.Answer) error {
		answer = a
		return nil
	})
	if err = errors.Join(err, answer.Err); err != nil {
		return nil, err
	}
	if k.line.SHA256 != "" && answer.SHA256 != k.line.SHA256 {
		return nil, &dashboard.Refusal{Code: alteredSinceThen, Text: "the result is not what the manifest says",
			Remedy: "eisweep verify " + k.sweep}
	}
	return answer.Bytes, nil
}

// draw reads a result in a child process, and draws it.
func draw(ctx context.Context, f *figures.Figure, k *known, path string) ([]byte, error) {
	text, err := ask(ctx, figures.Query(), f.Argument(true), k, path)
	if err != nil {
		return nil, err
	}
	data, err := figures.Decode(text)
	if errors.Is(err, figures.ErrNotApplicable) {
		return nil, &dashboard.Refusal{Code: unfitForAResult, Text: err.Error()}
	}
	if err != nil {
		return nil, err
	}
	network := figures.Network{Name: k.line.File, Suspect: k.line.Quality.IsSuspect(), Data: data}
	drawn, err := f.Draw(&figures.Set{Groups: []figures.Group{{Networks: []figures.Network{network}}}})
	if err != nil {
		return nil, &dashboard.Refusal{Code: unfitForAResult, Text: strings.TrimSpace(err.Error())}
	}
	var svg bytes.Buffer
	err = drawn.Render(&svg, drawing.SVG)
	return svg.Bytes(), err
}

// make returns what is kept, or else makes it when its turn comes, and keeps it.
func (p *pictures) make(ctx context.Context, key string, do func() ([]byte, error)) ([]byte, error) {
	if kept := p.get(key); kept != nil {
		return kept, nil
	}
	select {
	case p.turns <- struct{}{}:
		defer func() { <-p.turns }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	made, err := do()
	if err == nil {
		p.put(key, made)
	}
	return made, err
}

func (p *pictures) get(key string) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.kept[key]
	if e == nil {
		return nil
	}
	p.order.MoveToFront(e)
	return e.Value.(*picture).svg
}

func (p *pictures) put(key string, svg []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept[key] != nil {
		return
	}
	p.kept[key] = p.order.PushFront(&picture{key, svg})
	for p.order.Len() > maxPictures {
		last := p.order.Back()
		delete(p.kept, last.Value.(*picture).key)
		p.order.Remove(last)
	}
}
