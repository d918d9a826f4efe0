package protocol

import "testing"

func TestAnswersGoToInboxesOnly(t *testing.T) {
	s := SubjectsOf(testRoot)
	for reply, want := range map[string]bool{
		s.Inbox(Client) + ".abc": true, s.Inbox(Client) + ".abc.1": true, "_INBOX.abc": true, "_INBOX.abc.1": true, "_INBOX_alice.abc": true,
		"_R_.abcdef.ghijkl": true, "_GR_.abcdef.ghijkl._INBOX.abc": true, "_GR_.abcdef.ghijkl." + s.Inbox(Client) + ".abc": true,
		"": false, "_INBOX": false, "_INBOX.": false, "_INBOX.>": false, "_INBOX.*": false, "_INBOX.a b": false, "_INBOX..a": false,
		"_INBOX.a\r\nPUB x 0": false,
		"_R_.":                false, "_R_.>": false, "_GR_.abcdef.ghijkl": false, "_GR_.a.b." + s.Outcome(testID(1), 1): false,
		"_GR_.a.b.$JS.API.STREAM.DELETE.x": false,
		s.Inbox(Client):                    false, s.Inbox(Client) + ".": false, s.Inbox(Client) + ".>": false, s.Inbox(Client) + "x.a": false,
		s.Inbox(Worker) + ".abc": false, s.Inbox(Coordinator) + ".abc": false, "eisweep2.another.inbox.client.abc": false,
		s.Outcome(testID(1), 1): false, s.Task(testID(1), 1): false, s.Attempts(testID(1), 1): false, s.Hello(): false, s.Commands("w"): false,
		s.Updates("quick"): false, s.Control("launch"): false, s.Presence("w"): false, s.Progress(testID(1)): false,
		"$JS.API.STREAM.PURGE." + s.Stream("tasks"): false, "$JS.ACK." + s.Stream("outcomes") + ".c.1.1.1.1.0": false,
		"$SYS.REQ.SERVER.PING": false, "x._INBOX.a": false,
		"orders.new": false,
	} {
		if s.Answerable(reply) != want {
			t.Errorf("%q: %v", reply, !want)
		}
	}
}
