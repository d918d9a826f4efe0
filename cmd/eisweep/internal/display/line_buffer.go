package display

import (
	"sync"

	"eisweep/internal/manifest"
)

// LineBuffer holds manifest lines that the coordinator has written and the observer has not shown yet.
type LineBuffer struct {
	mu    sync.Mutex
	lines []manifest.Line
}

// Add adds a line.
func (b *LineBuffer) Add(l manifest.Line) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lines = append(b.lines, l)
}

// Take removes and returns all lines.
func (b *LineBuffer) Take() []manifest.Line {
	b.mu.Lock()
	defer b.mu.Unlock()
	lines := b.lines
	b.lines = nil
	return lines
}

// PassTo shows all lines to the observer.
func (b *LineBuffer) PassTo(o Observer) {
	lines := b.Take()
	for i := range lines {
		o.Task(&lines[i])
	}
}
