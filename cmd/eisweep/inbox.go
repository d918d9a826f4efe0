package main

import (
	"sync"

	"eisweep/internal/manifest"
)

// inbox keeps manifest lines from when the coordinator has them to when the
// observer has time for them.
type inbox struct {
	mu    sync.Mutex
	lines []manifest.Line
}

func (b *inbox) put(l manifest.Line) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lines = append(b.lines, l)
}

// take returns the lines that came since the last time.
func (b *inbox) take() []manifest.Line {
	b.mu.Lock()
	defer b.mu.Unlock()
	lines := b.lines
	b.lines = nil
	return lines
}

// empty hands every line to the observer.
func (b *inbox) empty(o observer) {
	lines := b.take()
	for i := range lines {
		o.task(&lines[i])
	}
}
