package ownership

import (
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/internal/control"
)

// PublishRunning lets other commands know which tasks run in this process. It writes nothing while the process may not.
func (o *Root) PublishRunning(running []control.RunningTask) error {
	if !o.Lease.Valid() {
		return nil
	}
	o.published.Store(true)
	return client.WriteRunSnapshot(o.Root, o.lock.Holder(), running)
}
