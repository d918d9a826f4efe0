package views

import (
	"bytes"
	"container/list"
	"context"
	"errors"
	"strings"
	"sync"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/dashboard"
	"eisweep/internal/figures"
	"eisweep/internal/figures/drawing"
	"eisweep/internal/results"
	"eisweep/sweeps"
)

// pictures draws figures of single results, few at a time, and keeps the last ones.
type pictures struct {
	turns chan struct{}

	mu    sync.Mutex
	kept  map[string]*list.Element // by result and figure
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
	key := k.line.SHA256 + " " + name
	if svg := d.pictures.get(key); svg != nil {
		return svg, nil
	}
	select {
	case d.pictures.turns <- struct{}{}:
		defer func() { <-d.pictures.turns }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	svg, err := draw(ctx, f, k, path)
	if err == nil {
		d.pictures.put(key, svg)
	}
	return svg, err
}

// draw reads a result in a child process, and draws it if it is what the manifest says.
func draw(ctx context.Context, f *figures.Figure, k *known, path string) ([]byte, error) {
	prober, err := cli.NewProber()
	if err != nil {
		return nil, err
	}
	var answer results.Answer
	err = prober.Ask(ctx, figures.Query(), f.Argument(true), []string{path}, func(_ int, a results.Answer) error {
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
	data, err := figures.Decode(answer.Bytes)
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
