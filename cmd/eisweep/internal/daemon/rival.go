package daemon

import (
	"context"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/internal/control"
	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
)

// How often, and how long, another coordinator is looked for. One that has lost the root may answer for a moment longer.
const (
	rivalLooks   = 3
	rivalPause   = time.Second
	rivalTimeout = 2 * time.Second
)

// checkRival returns an error if another coordinator of the same root id answers at the site's NATS server. This process owns its
// root, so that coordinator works on another directory, of which this root is a copy. Both would use the same queue.
func (s *Service) checkRival(ctx context.Context) error {
	// The answer goes only to a client's inbox.
	q, err := queue.Open(ctx, queue.Options{
		Options: natsconn.Options{Site: s.Site(), RootID: s.root.ID(), Role: protocol.Client, Name: client.Name(protocol.Client), Log: s.log},
	})
	if err != nil {
		return nil
	}
	defer q.Close()
	var rival control.Pong
	for look := range rivalLooks {
		if look > 0 {
			select {
			case <-time.After(rivalPause):
			case <-ctx.Done():
				return cli.OrInterrupted(ctx, ctx.Err())
			}
		}
		asked, cancel := context.WithTimeout(ctx, rivalTimeout)
		pong, err := control.Ask[control.Pong](asked, q, control.VerbPing, control.Nothing{})
		cancel()
		if err != nil {
			return nil
		}
		rival = pong
	}
	return cli.Errorf(cli.ExitInUse, "another coordinator (process %d on %s, since %s) uses the queue of root %s, but not its directory: "+
		"%s is a copy (cp -a, rsync, a snapshot); to make it a root of its own, remove its .eisweep",
		rival.PID, rival.Host, rival.Since.Local().Format(time.DateTime), s.root.ID(), s.root.Path())
}
