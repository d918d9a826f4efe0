package ownership

import (
	"time"

	"eisweep/cmd/eisweep/internal/client"
	"eisweep/internal/control"
	"eisweep/internal/problems"
)

// Publish lets other commands know the state of the sweeps in this process. It writes nothing while the process may not.
func (o *Root) Publish(s control.Snapshot, wrong problems.Report, kept map[string]client.KeptResults) error {
	if !o.Lease.Valid() {
		return nil
	}
	o.published.Store(true)
	return client.WriteRunReport(o.Root, &client.RunReport{Holder: o.lock.Holder(), Written: time.Now(), Snapshot: s, Problems: &wrong,
		Kept: kept})
}
