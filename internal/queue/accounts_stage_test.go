package queue

import (
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
)

// stage is a server with a user for each role, and the coordinator's queue on it.
type stage struct {
	servers []natsconn.EmbeddedServer
	keys    map[protocol.Role]natsconn.Key
	q       *Queue
}

// at is the server that a role connects to; of a cluster each has another.
func (s *stage) at(role protocol.Role) natsconn.EmbeddedServer {
	return s.servers[slices.Index([]protocol.Role{protocol.Coordinator, protocol.Worker, protocol.Client}, role)%len(s.servers)]
}

// newStage starts servers by start, which gets the roles' keys.
func newStage(t testing.TB, start func(t testing.TB, keys map[protocol.Role]natsconn.Key) []natsconn.EmbeddedServer) *stage {
	t.Helper()
	s := &stage{keys: map[protocol.Role]natsconn.Key{}}
	for _, role := range []protocol.Role{protocol.Coordinator, protocol.Worker, protocol.Client} {
		pair, public, _ := natstest.NewKey(t, nkeys.CreateUser)
		s.keys[role] = natsconn.Key{Public: public, Sign: pair.Sign}
	}
	s.servers = start(t, s.keys)
	s.q = open(t, s.at(protocol.Coordinator), func(o *Options) { o.Key = s.keys[protocol.Coordinator] })
	return s
}

// as connects as a role, without the queue's manners.
func (s *stage) as(t testing.TB, role protocol.Role) *nats.Conn {
	t.Helper()
	key := s.keys[role]
	conn, err := nats.Connect("", nats.InProcessServer(s.at(role)), nats.Nkey(key.Public, key.Sign), nats.NoReconnect(),
		nats.CustomInboxPrefix(protocol.SubjectsOf(testRoot).Inbox(role)), nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	return conn
}

// queueAs opens the queue as a role.
func (s *stage) queueAs(t testing.TB, role protocol.Role) *Queue {
	t.Helper()
	return open(t, s.at(role), func(o *Options) { o.Key, o.Role, o.Create = s.keys[role], role, false })
}

// embedded is the server that a coordinator brings.
func embedded(t testing.TB, keys map[protocol.Role]natsconn.Key) []natsconn.EmbeddedServer {
	return embeddedAt(t, t.TempDir(), keys)
}

func embeddedAt(t testing.TB, dir string, keys map[protocol.Role]natsconn.Key) []natsconn.EmbeddedServer {
	t.Helper()
	o := natsserver.Options{StoreDir: dir, RootID: testRoot}
	for role, key := range keys {
		o.Users = append(o.Users, natsserver.User{Role: role, Key: key.Public})
	}
	s, err := natsserver.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return []natsconn.EmbeddedServer{s}
}

const deployedAccounts = "../../deploy/nats/accounts.conf"

// deployed is a server of a site with the accounts of deploy/nats.
func deployed(t testing.TB, keys map[protocol.Role]natsconn.Key) []natsconn.EmbeddedServer {
	t.Helper()
	o := new(server.Options)
	deployAccounts(t, keys)(o)
	return raw(t, o)
}

// sitesServer is a server that others run, reached as one of this process.
type sitesServer struct{ *server.Server }

func (sitesServer) Broken() <-chan struct{} { return nil }
func (sitesServer) Err() error              { return nil }

// clustered are three such servers.
func clustered(t testing.TB, keys map[protocol.Role]natsconn.Key) (servers []natsconn.EmbeddedServer) {
	t.Helper()
	for _, s := range startCluster(t, deployAccounts(t, keys)).servers {
		servers = append(servers, sitesServer{s})
	}
	return servers
}

// deployAccounts adds the accounts of deploy/nats to a server's options.
func deployAccounts(t testing.TB, keys map[protocol.Role]natsconn.Key) func(*server.Options) {
	variables := map[string]string{"OPERATOR": operatorKey(t)}
	for role, key := range keys {
		variables[strings.ToUpper(string(role))] = key.Public
	}
	return func(o *server.Options) {
		t.Helper()
		for name, value := range variables {
			if err := os.Setenv("EISWEEP_NKEY_"+name, value); err != nil {
				t.Fatal(err)
			}
			defer os.Unsetenv("EISWEEP_NKEY_" + name)
		}
		if err := o.ProcessConfigFile(deployedAccounts); err != nil {
			t.Fatal(err)
		}
	}
}

func operatorKey(t testing.TB) string {
	_, public, _ := natstest.NewKey(t, nkeys.CreateUser)
	return public
}

// oneAccount is a server where permissions alone separate the roles, which they don't.
func oneAccount(t testing.TB, keys map[protocol.Role]natsconn.Key) []natsconn.EmbeddedServer {
	t.Helper()
	o := new(server.Options)
	for role, key := range keys {
		user := &server.NkeyUser{Nkey: key.Public}
		if role != protocol.Coordinator {
			r := protocol.SubjectsOf(testRoot).Grants(role)
			user.Permissions = &server.Permissions{
				Publish:   &server.SubjectPermission{Allow: r.Publish()},
				Subscribe: &server.SubjectPermission{Allow: r.Subscribe()},
			}
		}
		o.Nkeys = append(o.Nkeys, user)
	}
	return raw(t, o)
}

// raw starts a server that listens on no port.
func raw(t testing.TB, o *server.Options) []natsconn.EmbeddedServer {
	t.Helper()
	o.ServerName, o.DontListen, o.NoSigs, o.JetStream, o.StoreDir, o.MaxPayload = "stage", true, true, true, t.TempDir(), natsserver.MaxPayload
	return []natsconn.EmbeddedServer{sitesServer{natstest.Start(t, o)}}
}

// ear records the subjects of all messages that a connection receives.
type ear struct {
	conn *nats.Conn
	subs []*nats.Subscription

	mu    sync.Mutex
	heard map[string]int
}

func listenTo(t testing.TB, conn *nats.Conn, subjects ...string) *ear {
	t.Helper()
	e := &ear{conn: conn, heard: map[string]int{}}
	for _, subject := range subjects {
		sub, err := conn.Subscribe(subject, func(m *nats.Msg) {
			e.mu.Lock()
			defer e.mu.Unlock()
			e.heard[m.Sub.Subject+" "+m.Subject]++
			e.heard[m.Subject]++
		})
		if err != nil {
			t.Fatal(err)
		}
		e.subs = append(e.subs, sub)
	}
	if err := conn.FlushWithContext(natstest.Deadline(t)); err != nil {
		t.Fatal(err)
	}
	return e
}

// stop returns what was received, after everything that was under way has arrived.
func (e *ear) stop(t testing.TB) map[string]int {
	t.Helper()
	for _, sub := range e.subs {
		done := make(chan struct{})
		sub.SetClosedHandler(func(string) { close(done) })
		if err := errors.Join(e.conn.FlushWithContext(natstest.Deadline(t)), sub.Drain()); err != nil {
			t.Fatal(err)
		}
		<-done
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.heard
}

// newerAcks is a site's server that gives acknowledgements the subjects of their second
// form, with a domain and an account.
func newerAcks(t testing.TB, keys map[protocol.Role]natsconn.Key) []natsconn.EmbeddedServer {
	t.Helper()
	o := new(server.Options)
	deployAccounts(t, keys)(o)
	o.FeatureFlags = map[string]bool{server.FeatureFlagJsAckFormatV2: true}
	return raw(t, o)
}
