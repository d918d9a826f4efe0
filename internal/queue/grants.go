package queue

import "github.com/nats-io/nats-server/v2/server"

// grants is what a role may do on the server of a root. A worker or client of
// another version connects as well and finds nothing of its own there: it can say
// so instead of being shut out without a reason.
//
// Nobody but the coordinator may make, change, purge or delete anything, publish
// tasks, or hear another role's answers.
func grants(root string, role Role) *server.Permissions {
	s := scheme{root: root}
	inbox := s.inbox(role) + ".>"
	switch role {
	case Coordinator:
		return &server.Permissions{
			Publish:   &server.SubjectPermission{Allow: []string{">"}},
			Subscribe: &server.SubjectPermission{Allow: []string{">"}},
		}
	case Worker:
		return &server.Permissions{
			Publish:   &server.SubjectPermission{Allow: append(s.workerAPI(), s.workerSubjects()...)},
			Subscribe: &server.SubjectPermission{Allow: []string{inbox, s.every("wake", ""), s.every("state", "*"), s.every("orders", "*"), s.every("progress", "*")}},
		}
	case Client:
		return &server.Permissions{
			Publish:   &server.SubjectPermission{Allow: []string{s.every("control", "*")}},
			Subscribe: &server.SubjectPermission{Allow: []string{inbox, s.every("notes", "*")}},
		}
	}
	return &server.Permissions{
		Publish:   &server.SubjectPermission{Deny: []string{">"}},
		Subscribe: &server.SubjectPermission{Deny: []string{">"}},
	}
}

// workerAPI is what a worker asks JetStream for: the streams and consumers as they
// are, one task, the last message of a subject, and to acknowledge.
func (s scheme) workerAPI() []string {
	tasks := s.stream("tasks")
	allow := []string{
		"$JS.API.CONSUMER.INFO." + tasks + ".*",
		"$JS.API.CONSUMER.MSG.NEXT." + tasks + ".*",
		"$JS.ACK." + tasks + ".>",
		"$JS.ACK.*.*." + tasks + ".>",
	}
	for _, kind := range kinds {
		allow = append(allow, "$JS.API.STREAM.INFO."+s.stream(kind))
		if kind != "tasks" {
			allow = append(allow, "$JS.API.DIRECT.GET."+s.stream(kind)+".>")
		}
	}
	return allow
}

func (s scheme) workerSubjects() []string {
	return []string{s.every("attempts", "*.*"), s.every("outcomes", "*.*"), s.every("progress", "*"), s.every("workers", "*")}
}
