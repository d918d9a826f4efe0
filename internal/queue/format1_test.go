package queue

import (
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
	"eisweep/sim"
	"eisweep/sweeps"
)

// format1 is what a coordinator and workers of the first format of messages leave: the streams as they
// made them, orders of a sweep, and outcomes, of which the coordinator has acknowledged some.
func format1(t testing.TB, js jetstream.JetStream, orders, outcomes, acknowledged int) {
	t.Helper()
	ctx := natstest.Deadline(t)
	prefix := fmt.Sprintf("eisweep.%s.f1m%d.", testRoot, sim.ModelVersion)
	consumer := func(stream jetstream.Stream, name, filter string) jetstream.Consumer {
		t.Helper()
		c, err := stream.CreateConsumer(
			ctx,
			jetstream.ConsumerConfig{Durable: name, FilterSubject: filter, AckPolicy: jetstream.AckExplicitPolicy, MaxDeliver: -1},
		)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	publish := func(subject, text string) {
		t.Helper()
		if _, err := js.Publish(ctx, subject, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	for kind, tail := range map[string]string{"tasks": "*.*", "outcomes": "*.*", "attempts": "*.*", "state": "*"} {
		c := jetstream.StreamConfig{
			Name:                 "eisweep_" + testRoot + "_" + kind,
			Subjects:             []string{"eisweep." + testRoot + ".*." + kind + "." + tail},
			MaxMsgsPerSubject:    1,
			AllowDirect:          true,
			Discard:              jetstream.DiscardNew,
			DiscardNewPerSubject: kind == "tasks" || kind == "outcomes",
			FirstSeq:             1_700_000_000_000_000,
		}
		switch kind {
		case "tasks":
			c.Retention = jetstream.WorkQueuePolicy
		case "attempts", "state":
			c.Discard = jetstream.DiscardOld
		}
		stream, err := js.CreateStream(ctx, c)
		if err != nil {
			t.Fatal(err)
		}
		switch kind {
		case "tasks":
			for n := range orders {
				publish(prefix+"tasks.quick."+testID(n).String(), `{"id":"x"}`)
			}
			consumer(stream, fmt.Sprintf("f1m%d_quick", sim.ModelVersion), prefix+"tasks.quick.*")
		case "outcomes":
			for n := range outcomes {
				publish(
					fmt.Sprintf("%soutcomes.%s.%d", prefix, testID(n), 2),
					fmt.Sprintf(`{"id":%q,"run":2,"attempt":3,"class":"numeric","error":"not finite",`+
						`"started":"2026-01-02T12:00:00Z","finished":"2026-01-02T12:00:01Z","host":"h","worker":"w","version":"v"}`, testID(n)),
				)
			}
			c := consumer(stream, "coordinator_1", prefix+"outcomes.>")
			for range acknowledged {
				msg, err := c.Next()
				if err == nil {
					err = msg.DoubleAck(ctx)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	publish(prefix+"state.sweeps", `{"sweeps":[]}`)
	publish(fmt.Sprintf("%sattempts.%s.1", prefix, testID(1)), `{}`)
}

// left are the names of the streams of the first format.
func left(t testing.TB, q *Queue) (names []string) {
	t.Helper()
	list := q.JetStream().StreamNames(natstest.Deadline(t), jetstream.WithStreamListSubject("eisweep.>"))
	for name := range list.Name() {
		names = append(names, name)
	}
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	return names
}

// What the first format's coordinator has not acknowledged is handed over, once, and nothing else remains.
func TestFormat1IsTakenOver(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	format1(t, q.JetStream(), 5, 6, 2)
	unreadable := fmt.Sprintf("eisweep.%s.f1m%d.outcomes.%s.1", testRoot, sim.ModelVersion, testID(77))
	if _, err := q.JetStream().Publish(natstest.Deadline(t), unreadable, []byte("{}")); err != nil {
		t.Fatal(err)
	}
	var got []OutcomeDelivery
	handle := func(o OutcomeDelivery) { got = append(got, o) }
	for range 2 { // before they are acknowledged
		if done, err := q.TakeOverFormat1(natstest.Deadline(t), handle); done || err != nil {
			t.Errorf("done %v, %v", done, err)
		}
	}
	if names := left(t, q); len(names) != 3 {
		t.Errorf("streams %v", names)
	}
	seen := map[sweeps.ID]bool{}
	for _, o := range got {
		seen[o.ID] = true
		if o.Run != 2 || o.Token != "3" || o.Attempt != 3 || o.Class != protocol.Numeric || o.Worker != "w" {
			t.Errorf("outcome %+v", o)
		}
		if err := o.Ack(); err != nil {
			t.Fatal(err)
		}
	}
	if len(got) != 4 || len(seen) != 4 || seen[testID(0)] || seen[testID(1)] {
		t.Errorf("%d outcomes, of %v", len(got), seen)
	}
	natstest.Until(t, "nothing is left", func() bool {
		done, err := q.TakeOverFormat1(natstest.Deadline(t), handle)
		return done && err == nil
	})
	if names := left(t, q); len(names) != 0 || len(got) != 4 {
		t.Errorf("streams %v, %d outcomes", names, len(got))
	}
	if done, err := q.TakeOverFormat1(natstest.Deadline(t), handle); !done || err != nil {
		t.Errorf("a root without them: %v, %v", done, err)
	}
}

// A coordinator that ends while it takes over leaves the rest to the next one.
func TestTakeoverOfFormat1GoesOn(t *testing.T) {
	dir := t.TempDir()
	s := natstest.StartEmbedded(t, dir)
	q := open(t, s)
	format1(t, q.JetStream(), 1, 3, 0)
	first := true
	if _, err := q.TakeOverFormat1(natstest.Deadline(t), func(o OutcomeDelivery) {
		if first {
			if err := o.msg.DoubleAck(natstest.Deadline(t)); err != nil {
				t.Error(err)
			}
		}
		first = false
	}); err != nil {
		t.Fatal(err)
	}
	stream, err := q.JetStream().Stream(natstest.Deadline(t), protocol.Format1Of(testRoot).Stream("outcomes"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	list := stream.ListConsumers(natstest.Deadline(t))
	for info := range list.Info() {
		names = append(names, info.Name)
		config := info.Config
		config.AckWait = time.Second // in which the next one gets the others
		if _, err := stream.UpdateConsumer(natstest.Deadline(t), config); err != nil {
			t.Fatal(err)
		}
	}
	if len(names) != 1 {
		t.Errorf("consumers %v", names)
	}
	q.Close()
	q = open(t, s)
	got := map[sweeps.ID]bool{}
	natstest.Until(t, "all are handed over", func() bool {
		done, err := q.TakeOverFormat1(natstest.Deadline(t), func(o OutcomeDelivery) {
			got[o.ID] = true
			if err := o.Ack(); err != nil {
				t.Error(err)
			}
		})
		return err == nil && done
	})
	if len(got) != 2 || got[testID(0)] {
		t.Errorf("handed over: %v", got)
	}
}

// Workers of the first format are told to end where they can be heard.
func TestWorkersOfFormat1AreDrained(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	heard := make(chan time.Time, 10)
	stop, err := q.DrainFormat1(func(at time.Time) { heard <- at })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	prefix := fmt.Sprintf("eisweep.%s.f1m%d.", testRoot, sim.ModelVersion)
	told := make(chan string, 10)
	end, err := q.Subscribe("orders", prefix+"orders.h%2E1", func(msg *nats.Msg) { told <- string(msg.Data) })
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	if err := q.NATS().Publish(prefix+"workers.h%2E1", []byte(`{"name":"h.1"}`)); err != nil {
		t.Fatal(err)
	}
	natstest.Receive(t, heard)
	if verb := natstest.Receive(t, told); verb != "drain" {
		t.Errorf("told %q", verb)
	}
}
