package protocol

import "strings"

// Prefixes of reply subjects that NATS servers write themselves and take from no client:
// of a request that came from another account, and of one from another cluster, where
// the names of the cluster and the server and the original reply follow.
const (
	importedReply = "_R_."
	gatewayReply  = "_GR_."
)

// InboxToken is the prefix of the first token of the inboxes of NATS clients, also of those that
// have an inbox of their own, such as _INBOX_alice.
const InboxToken = "_INBOX"

// Answerable reports whether the coordinator may answer to the reply subject of a request. The coordinator may
// publish to all subjects, including those of streams, so it would write wherever a request points. Therefore
// it answers only to clients' inboxes.
func (s Subjects) Answerable(reply string) bool {
	if rest, ok := strings.CutPrefix(reply, gatewayReply); ok {
		parts := strings.SplitN(rest, ".", 3)
		reply = parts[len(parts)-1]
	}
	for part := range strings.SplitSeq(reply, ".") {
		if part == "" || strings.ContainsAny(part, "*> \t\r\n\x00") {
			return false
		}
	}
	first, rest, _ := strings.Cut(reply, ".")
	return strings.HasPrefix(reply, importedReply) || strings.HasPrefix(reply, s.Inbox(Client)+".") ||
		strings.HasPrefix(first, InboxToken) && rest != ""
}
