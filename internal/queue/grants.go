package queue

import "slices"

// The roles live in NATS accounts of their own, because permissions alone do not
// separate them: NATS checks the subject that a client publishes to, but not the reply
// subject, and JetStream answers wherever the reply points. An answer cannot leave the
// account of whoever asked.
//
// The coordinator's account owns the streams. The others import exactly the services
// that their role asks for, and what the coordinator announces to it. This file is the
// only list of them: the configuration of the embedded server, deploy/nats/accounts.conf
// and the tests are derived from it.
const (
	coordinatorAccount = "EISWEEP"
	workerAccount      = "EISWEEP_WORKERS"
	clientAccount      = "EISWEEP_CLIENTS"
	systemAccount      = "SYS"
)

// service is a subject that a role publishes to, and that the coordinator's account
// answers or listens to.
type service struct {
	subject string
	many    bool // there may be several answers to one request, or one that takes long
}

// rights are what a role has in its own account. It may publish to the services and to
// nothing else. Everything that an account imports, each of its users may publish: a
// literal import would otherwise forward what a user may not.
type rights struct {
	account  string
	services []service
	announce []string // what the role hears from the coordinator
	among    []string // what members of the role hear from each other
	inbox    string
	deny     []string // exceptions from the services
}

// allRoots and their streams are wildcards, for servers that serve any number of roots.
const allRoots = "*"

// rights returns those of a role other than the coordinator's.
func (s scheme) rights(role Role) rights {
	r := rights{inbox: s.inbox(role) + ".>"}
	switch role {
	case Worker:
		r.account = workerAccount
		r.services = s.workerServices()
		r.announce = []string{s.every("wake", ""), s.every("state", "*"), s.every("orders", "*")}
		r.among = []string{s.every("progress", "*")}
		if s.root == allRoots {
			r.deny = coordinatorsOwn()
		}
	case Client:
		r.account = clientAccount
		r.services = []service{{subject: s.every("control", "*"), many: true}}
		r.announce = []string{s.every("notes", "*")}
	}
	return r
}

// workerServices are the streams and consumers as they are, one task, the last message
// of a subject, acknowledgements of tasks, and what a worker tells.
func (s scheme) workerServices() []service {
	tasks := s.streamOf("tasks")
	// Without INFO the server gives the account JetStream's API of the system account,
	// which knows no streams and answers first.
	asked := []string{"$JS.API.INFO"}
	for _, kind := range kinds {
		asked = append(asked, "$JS.API.STREAM.INFO."+s.streamOf(kind))
	}
	asked = append(asked,
		"$JS.API.CONSUMER.INFO."+tasks+".*",
		"$JS.API.DIRECT.GET."+s.streamOf("outcomes")+"."+s.every("outcomes", "*.*"),
		"$JS.API.DIRECT.GET."+s.streamOf("attempts")+"."+s.every("attempts", "*.*"),
		"$JS.API.DIRECT.GET."+s.streamOf("state")+"."+s.every("state", "*"),
		// Exactly as many tokens as an acknowledgement has. In its second form the domain,
		// "_" for none, and the account come first: a star in place of the domain would
		// match acknowledgements in the first form of whatever stream.
		"$JS.ACK."+tasks+".*.*.*.*.*.*",
		"$JS.ACK._.*."+tasks+".>",
		s.every("attempts", "*.*"),
		s.every("outcomes", "*.*"),
		s.every("progress", "*"),
		s.every("workers", "*"),
	)
	services := []service{{subject: "$JS.API.CONSUMER.MSG.NEXT." + tasks + ".*", many: true}}
	for _, subject := range slices.Compact(asked) {
		services = append(services, service{subject: subject})
	}
	return services
}

// streamOf is a stream's name as a token of a subject.
func (s scheme) streamOf(kind string) string {
	if s.root == allRoots {
		return "*"
	}
	return s.stream(kind)
}

// coordinatorsOwn are the subjects of the coordinator's consumers of outcomes, which
// wildcards in place of a stream's name would match as well. There are no wildcards for
// parts of a name, so these consumers have few names.
func coordinatorsOwn() (subjects []string) {
	for _, name := range coordinatorConsumers() {
		subjects = append(subjects, "$JS.API.CONSUMER.MSG.NEXT.*."+name, "$JS.ACK.*."+name+".>", "$JS.ACK._.*.*."+name+".>")
	}
	return subjects
}

// publish lists what a user of the role may publish.
func (r rights) publish() (subjects []string) {
	for _, s := range r.services {
		subjects = append(subjects, s.subject)
	}
	return subjects
}

// subscribe lists what a user of the role may subscribe to.
func (r rights) subscribe() []string {
	return slices.Concat([]string{r.inbox}, r.announce, r.among)
}
