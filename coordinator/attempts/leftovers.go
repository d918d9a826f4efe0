package attempts

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"eisweep/internal/protocol"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// leftovers are the tokens of attempts that may have left a result or a checkpoint, by task.
type leftovers map[sweeps.ID][]string

// mostLeftovers is how many an order names: the last ones.
const mostLeftovers = 20

// readLeftovers lists what attempts have left.
func readLeftovers(r *root.Root) (leftovers, error) {
	l := leftovers{}
	for _, dir := range []string{"incoming", "checkpoints"} {
		names, err := os.ReadDir(r.Private(dir))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("list what earlier attempts left: %w", err)
		}
		for _, n := range names {
			parts := strings.Split(n.Name(), ".")
			id, err := sweeps.ParseID(parts[0])
			at := map[string]int{"incoming": 2, "checkpoints": 1}[dir]
			if err != nil || len(parts) <= at || !protocol.IsToken(parts[at]) || filepath.Ext(n.Name()) == ".part" {
				continue
			}
			l.add(id, parts[at])
		}
	}
	return l, nil
}

func (l leftovers) add(id sweeps.ID, token string) {
	if !slices.Contains(l[id], token) {
		l[id] = append(l[id], token)
	}
}

// last returns the tokens for an order.
func (l leftovers) last(id sweeps.ID) []string {
	list := l[id]
	return slices.Clone(list[max(0, len(list)-mostLeftovers):])
}
