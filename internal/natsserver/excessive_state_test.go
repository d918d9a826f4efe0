package natsserver_test

import (
	"os"
	"path/filepath"
	"testing"

	"eisweep/internal/natsserver"
)

// The server would take memory for as many messages as a damaged count claims.
func TestAnExcessiveStateIsFoundBeforeTheServerReadsIt(t *testing.T) {
	dir := t.TempDir()
	useStore(t, dir)
	if damage, err := natsserver.DamageOf(dir, nil); damage != nil || err != nil {
		t.Fatalf("before the damage: %v, %v", damage, err)
	}
	damageConsumer(t, dir, "outcomes", natsserver.StateFile, func(text []byte) []byte {
		text = text[natsserver.StateHeader:]
		for range natsserver.StatePosition + 1 {
			_, text = natsserver.Varint(text)
		}
		return append(natsserver.State(2, 1, 1, 1, 1, 1<<34), text...)
	})
	if damage, err := natsserver.DamageOf(dir, nil); damage == nil || err != nil {
		t.Fatalf("after it: %v, %v", damage, err)
	}
	useStore(t, dir)
	if _, err := os.Stat(filepath.Join(dir, natsserver.StoreAside)); err != nil {
		t.Error(err)
	}
}
