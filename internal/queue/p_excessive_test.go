package queue

import (
	"os"
	"path/filepath"
	"testing"
)

// The server would take memory for as many messages as a damaged count claims.
func TestAnExcessiveStateIsFoundBeforeTheServerReadsIt(t *testing.T) {
	dir := t.TempDir()
	useStore(t, dir)
	if damage, err := damageOf(dir, nil); damage != nil || err != nil {
		t.Fatalf("before the damage: %v, %v", damage, err)
	}
	damageConsumer(t, dir, "outcomes", stateFile, func(text []byte) []byte {
		text = text[stateHeader:]
		for range statePosition + 1 {
			_, text = varint(text)
		}
		return append(state(2, 1, 1, 1, 1, 1<<34), text...)
	})
	if damage, err := damageOf(dir, nil); damage == nil || err != nil {
		t.Fatalf("after it: %v, %v", damage, err)
	}
	useStore(t, dir)
	if _, err := os.Stat(filepath.Join(dir, storeAside)); err != nil {
		t.Error(err)
	}
}
