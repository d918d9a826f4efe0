package coordinator

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"eisweep/internal/natsconn"
	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/sweeps"
)

// siteRig is a rig on a site's NATS whose account has room for ten megabytes and ten consumers.
func siteRig(t *testing.T) *testCluster {
	t.Helper()
	s := natstest.Start(t, &server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, JetStream: true, StoreDir: t.TempDir()})
	limits := server.JetStreamAccountLimits{MaxMemory: 1 << 20, MaxStore: 10 << 20, MaxStreams: 10, MaxConsumers: 10}
	if err := s.GlobalAccount().UpdateJetStreamLimits(map[string]server.JetStreamAccountLimits{"": limits}); err != nil {
		t.Fatal(err)
	}
	g := newRig(t)
	for _, q := range []*queue.Queue{g.queue, g.site, g.asker} {
		q.Close()
	}
	open := func(role protocol.Role) *queue.Queue {
		return g.open(natsconn.Options{Site: &natsconn.Site{URLs: []string{s.ClientURL()}}, Connect: atOnce(), Role: role})
	}
	g.queue, g.asker = open(protocol.Coordinator), open(protocol.Client)
	g.site = open("")
	return g
}

// TestOutcomesFillTheAccount has the coordinator be away until tiny tasks, of which each fails with a long text, have filled
// the account. Their workers wait with the other outcomes, and the next coordinator gets them all.
func TestOutcomesFillTheAccount(t *testing.T) {
	const tasks = 2400
	g := siteRig(t)
	k := g.serve()
	w := g.hire("w1", 64)
	k.mu.Lock()
	k.window.Took(1e-3, 1) // so that all are sent
	k.mu.Unlock()
	g.launch(named("many", "{ first = 1, count = 2400 }"))
	g.poll("all are sent", func() bool { return len(g.orders()) == tasks })
	g.end()

	var working sync.WaitGroup
	for range 8 {
		working.Go(func() {
			for range tasks / 8 {
				j := w.claim(g.context(), w.fetch(g.context()))
				if j == nil {
					return
				}
				o := protocol.Outcome{Class: protocol.Numeric, Error: strings.Repeat("as the test wants it ", 300), Worker: w.name}
				if _, err := j.Commit(g.context(), o); err != nil {
					t.Errorf("an outcome is not kept: %v", err)
				}
				j.over()
			}
		})
	}
	g.poll("outcomes wait for room", func() bool { return errors.Is(g.site.Unkept(), natsconn.ErrLimit) })
	k = g.serve()
	if s := g.ends(k, "many"); s.Failed != tasks {
		t.Errorf("%+v", s)
	}
	working.Wait()
	lines := map[sweeps.ID]int{}
	for _, l := range g.lines("many") {
		lines[l.ID]++
		if l.Run != 1 || l.Attempt != 1 || l.Class != string(protocol.Numeric) {
			t.Errorf("line %+v", l)
		}
	}
	if len(lines) != tasks || len(g.lines("many")) != tasks || len(g.lossLines()) != 0 {
		t.Errorf("%d lines of %d tasks; lost are %q", len(g.lines("many")), len(lines), g.lossLines())
	}
}
