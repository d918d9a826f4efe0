package attempts

import (
	"os"
	"slices"
	"time"

	"eisweep/internal/protocol"
)

// mostCheckpoints is of how many attempts the checkpoints are looked at: of those that have run for longest.
const mostCheckpoints = 1000

// Checkpoints returns how old the work is that a crash of every worker would lose of the attempt that would lose most, and the size
// of the running attempts' checkpoints in bytes. The age of an attempt without a checkpoint is since its start. Ages compare clocks
// of other hosts, and of the storage, with this one's. The lock is not held: the file system may take its time.
func (t *Tracker) Checkpoints() (oldest time.Duration, bytes int64) {
	type start struct {
		of    protocol.Attempt
		since time.Time
	}
	t.config.Core.Lock()
	var list []start
	for _, r := range t.running {
		list = append(list, start{r.Name(), r.Since})
	}
	t.config.Core.Unlock()
	slices.SortFunc(list, func(a, b start) int { return a.since.Compare(b.since) })
	now := time.Now()
	for _, a := range list[:min(len(list), mostCheckpoints)] {
		saved := a.since
		if info, err := os.Lstat(t.config.Root.Checkpoint(a.of.ID, a.of.Token)); err == nil {
			saved, bytes = info.ModTime(), bytes+info.Size()
		}
		oldest = max(oldest, now.Sub(saved))
	}
	return oldest, bytes
}
