package display

import (
	"sync"

	"eisweep/internal/manifest"
)

// LineBuffer keeps manifest lines from when the coordinator has them to when the
// observer has time for them.
type LineBuffer struct {
	mu    sync.Mutex
	lines []manifest.Line
}

func (b *LineBuffer) Add(l manifest.Line) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lines = append(b.lines, l)
}

// Take returns the lines that came since the last time.
func (b *LineBuffer) Take() []manifest.Line {
	b.mu.Lock()
	defer b.mu.Unlock()
	lines := b.lines
	b.lines = nil
	return lines
}

// PassTo hands every line to the observer.
func (b *LineBuffer) PassTo(o Observer) {
	lines := b.Take()
	for i := range lines {
		o.Task(&lines[i])
	}
}
