package queue

import "testing"

func TestAnswersGoToInboxesOnly(t *testing.T) {
	s := subjectsOf(testRoot)
	for reply, want := range map[string]bool{
		s.inbox(Client) + ".abc": true, s.inbox(Client) + ".abc.1": true, "_INBOX.abc": true, "_INBOX.abc.1": true, "_INBOX_alice.abc": true,
		"_R_.abcdef.ghijkl": true, "_GR_.abcdef.ghijkl._INBOX.abc": true, "_GR_.abcdef.ghijkl." + s.inbox(Client) + ".abc": true,
		"": false, "_INBOX": false, "_INBOX.": false, "_INBOX.>": false, "_INBOX.*": false, "_INBOX.a b": false, "_INBOX..a": false, "_INBOX.a\r\nPUB x 0": false,
		"_R_.": false, "_R_.>": false, "_GR_.abcdef.ghijkl": false, "_GR_.a.b." + s.outcome(testID(1), 1): false, "_GR_.a.b.$JS.API.STREAM.DELETE.x": false,
		s.inbox(Client): false, s.inbox(Client) + ".": false, s.inbox(Client) + ".>": false, s.inbox(Client) + "x.a": false,
		s.inbox(Worker) + ".abc": false, s.inbox(Coordinator) + ".abc": false, "eisweep.another.inbox.client.abc": false,
		s.outcome(testID(1), 1): false, s.task("quick", testID(1)): false, s.attempts(testID(1), 1): false, s.offer(): false, s.wake(): false, s.orders("w"): false,
		s.note("quick"): false, s.control("launch"): false, s.presence("w"): false, s.progress(testID(1)): false,
		"$JS.API.STREAM.PURGE." + s.stream("tasks"): false, "$JS.ACK." + s.stream("outcomes") + ".c.1.1.1.1.0": false, "$SYS.REQ.SERVER.PING": false, "x._INBOX.a": false,
		"orders.new": false,
	} {
		if s.answerable(reply) != want {
			t.Errorf("%q: %v", reply, !want)
		}
	}
}
