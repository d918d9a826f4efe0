package natsserver

import (
	"fmt"
	"os"
	"path/filepath"

	"eisweep/internal/protocol"
)

// globalAccount is where earlier versions of this program had the streams.
const globalAccount = "$G"

// adoptStore moves the streams of a store that an earlier version of this program wrote
// to where the coordinator's account has them. If there are both, the earlier version
// ran last and knew nothing of the newer streams: those are out of date.
func adoptStore(dir string) error {
	old, now := filepath.Join(dir, "jetstream", globalAccount), filepath.Join(dir, "jetstream", protocol.CoordinatorAccount)
	if _, err := os.Lstat(old); err != nil {
		return nil // there is none, or the server says what is in the way
	}
	if err := os.RemoveAll(now); err != nil {
		return fmt.Errorf("remove outdated streams: %w", err)
	}
	if err := os.Rename(old, now); err != nil {
		return fmt.Errorf("move streams of an earlier version: %w", err)
	}
	return nil
}
