package protocol

import "slices"

// Each role has a NATS account of its own, because permissions alone do not separate the
// roles: NATS checks the subject that a client publishes to, but not the reply subject, and
// JetStream answers wherever the reply points. An answer cannot leave the account of the
// requester.
//
// The coordinator's account owns the streams. The others import exactly the services
// that their role asks for, and what the coordinator announces to it. This file is the
// only list of them: the configuration of the embedded server, deploy/nats/accounts.conf
// and the tests are derived from it.
const (
	CoordinatorAccount = "EISWEEP"
	workerAccount      = "EISWEEP_WORKERS"
	clientAccount      = "EISWEEP_CLIENTS"
	SystemAccount      = "SYS"
)

// Service is a subject that a role publishes to and that the coordinator's account answers or listens to.
type Service struct {
	Subject string
	Streams bool // a request may have several answers, or one that takes long
}

// Grants are the permissions of a role in its own account. It may publish to the services and to
// nothing else. Each user of an account may publish everything that the account imports: a
// literal import would otherwise forward what a user may not publish.
type Grants struct {
	Account  string
	Services []Service
	Announce []string // what the role receives from the coordinator
	Inbox    string
	Deny     []string // exceptions from the services
}

// AllRoots in place of a root's id means any root, for servers that serve several.
const AllRoots = "*"

// Grants returns the permissions of a worker or a client.
func (s Subjects) Grants(role Role) Grants {
	r := Grants{Inbox: s.Inbox(role) + ".>"}
	switch role {
	case Worker:
		r.Account = workerAccount
		r.Services = s.workerServices()
		r.Announce = []string{s.Every("hello", ""), s.Every("commands", "*")}
		if s.root == AllRoots {
			r.Deny = coordinatorsOwn()
		}
	case Client:
		r.Account = clientAccount
		r.Services = []Service{{Subject: s.Every("control", "*"), Streams: true}}
		r.Announce = []string{s.Every("updates", "*")}
	}
	return r
}

// workerServices are what a worker uses: information about streams and consumers, fetching a task, the last
// message of a subject, acknowledging tasks, and reporting.
func (s Subjects) workerServices() []Service {
	tasks := s.streamOf("tasks")
	// Without INFO the server gives the account JetStream's API of the system account,
	// which knows no streams and answers first.
	asked := []string{"$JS.API.INFO"}
	for _, kind := range StreamKinds {
		asked = append(asked, "$JS.API.STREAM.INFO."+s.streamOf(kind))
	}
	asked = append(asked,
		"$JS.API.CONSUMER.INFO."+tasks+".*",
		"$JS.API.DIRECT.GET."+s.streamOf("outcomes")+"."+s.Every("outcomes", "*.*"),
		"$JS.API.DIRECT.GET."+s.streamOf("attempts")+"."+s.Every("attempts", "*.*"),
		// Exactly as many tokens as an acknowledgement has. In its second form the domain,
		// "_" for none, and the account come first: a star in place of the domain would
		// match acknowledgements in the first form of whatever stream.
		"$JS.ACK."+tasks+".*.*.*.*.*.*",
		"$JS.ACK._.*."+tasks+".>",
		s.Every("attempts", "*.*"),
		s.Every("outcomes", "*.*"),
		s.Every("progress", "*"),
		s.Every("workers", "*"),
	)
	services := []Service{{Subject: "$JS.API.CONSUMER.MSG.NEXT." + tasks + ".*", Streams: true}}
	for _, subject := range slices.Compact(asked) {
		services = append(services, Service{Subject: subject})
	}
	return services
}

// streamOf is a stream's name as a token of a subject.
func (s Subjects) streamOf(kind string) string {
	if s.root == AllRoots {
		return "*"
	}
	return s.Stream(kind)
}

// coordinatorsOwn are the subjects of the coordinator's consumers of outcomes, which
// wildcards in place of a stream's name would match as well. There are no wildcards for
// parts of a name, so these consumers have few names.
func coordinatorsOwn() (subjects []string) {
	for _, name := range OutcomeConsumerNames() {
		subjects = append(subjects, "$JS.API.CONSUMER.MSG.NEXT.*."+name, "$JS.ACK.*."+name+".>", "$JS.ACK._.*.*."+name+".>")
	}
	return subjects
}

// Publish lists the subjects that a user of the role may publish to.
func (r Grants) Publish() (subjects []string) {
	for _, s := range r.Services {
		subjects = append(subjects, s.Subject)
	}
	return subjects
}

// Subscribe lists the subjects that a user of the role may subscribe to.
func (r Grants) Subscribe() []string {
	return slices.Concat([]string{r.Inbox}, r.Announce)
}
