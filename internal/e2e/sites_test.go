package e2e

import (
	"fmt"
	"testing"
)

// TestTheLeaderOfTheSitesNATSIsKilled runs a sweep over the site's NATS servers, one and then three, and kills the one
// that leads the queue while tasks run.
func TestTheLeaderOfTheSitesNATSIsKilled(t *testing.T) {
	for _, servers := range []int{1, 3} {
		t.Run(fmt.Sprintf("of %d", servers), func(t *testing.T) {
			want := disturbedWant(t)
			n := newNetwork(t, t.TempDir())
			var at []*host
			var addresses []string
			for range servers {
				at = append(at, n.host())
				addresses = append(addresses, at[len(at)-1].address())
			}
			keys := newSiteKeys(t, addresses...)
			s := newSite(t, keys, at...)
			c := newCluster(t, "lease=1m") // nobody dies but servers, whose election takes its time
			c.options = keys.options(s)
			root := c.root(at[0])
			c.hold(root, everyTask)
			c.coordinator(at[0])
			w := newWorkerPool(c, root, at[0], at[servers-1], at[servers-1])
			follow := c.start(at[servers-1], "launch", "--follow", disturbedSweep(t))
			for i, stream := range []string{"_tasks", "_outcomes"} {
				running := w.awaitRunning(w.members[0])
				leader := s.leader(stream)
				leader.drop()
				c.hold(root, []string{">8", ">16"}[i]) // half of the tasks come to their ends
				await(t, "a result without "+leader.label(), func() bool { return servers == 1 || over(attemptLogs(t, root)[running]) })
				leader.start(t)
				await(t, leader.label()+" to be back", func() bool { return leader.ready(servers) })
			}
			if code := follow.end(); code != 0 {
				t.Errorf("launch --follow: exit code %d\n%s", code, follow.output())
			}
			onceEach(t, root)
			verdict(t, c, root, "steady", want)
		})
	}
}
