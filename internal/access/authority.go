package access

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/nats-io/nkeys"

	"eisweep/internal/atomicfile"
	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
	"eisweep/internal/protocol"
	"eisweep/internal/root"
)

// roles are those that have a key.
var roles = []protocol.Role{protocol.Coordinator, protocol.Worker, protocol.Client}

// secrets is an authority's file.
type secrets struct {
	Format int                      `json:"format"`
	Root   string                   `json:"root"`
	CA     string                   `json:"ca"`     // certificate, PEM
	CAKey  Secret                   `json:"ca_key"` // PEM
	Seeds  map[protocol.Role]Secret `json:"seeds"`
}

// Authority is the coordinator's side of access control. At most one is to be open for a
// root at a time, which the root's lock ensures.
type Authority struct {
	path    string // of the file
	root    string // id
	epoch   uint64 // of the root's owner
	secrets secrets
	server  tls.Certificate
}

// OpenAuthority opens the authority of a root for its owner of an epoch. The secrets lie in stateDir, a
// directory of this user alone; what is missing is made.
func OpenAuthority(stateDir string, r *root.Root, epoch uint64) (*Authority, error) {
	if err := atomicfile.MkdirAll(stateDir, 0o700); err != nil {
		return nil, fmt.Errorf("make coordinator's state directory: %w", err)
	}
	a := &Authority{path: filepath.Join(stateDir, "authority.json"), root: r.ID(), epoch: epoch}
	data, err := readTrusted(a.path, unreadable)
	if errors.Is(err, fs.ErrNotExist) {
		return a, a.Rotate()
	}
	if err != nil {
		return nil, fmt.Errorf("read coordinator's secrets: %w", err)
	}
	if err := a.load(data); err != nil {
		return nil, fmt.Errorf("read coordinator's secrets: %s: %w; remove it to have new ones", a.path, err)
	}
	return a, nil
}

func (a *Authority) load(data []byte) error {
	var s secrets
	switch err := decode(data, &s); {
	case err != nil:
		return errors.New("it is damaged") // err could quote a secret
	case s.Format != format:
		return fmt.Errorf("it is of format %d, this program knows format %d", s.Format, format)
	case s.Root != a.root:
		return fmt.Errorf("it is of root %q, not %q", s.Root, a.root)
	}
	return a.take(s)
}

// take makes the secrets the authority's.
func (a *Authority) take(s secrets) error {
	for _, role := range roles {
		if _, err := keyOf(s.Seeds[role]); err != nil {
			return fmt.Errorf("the key of role %s is damaged", role)
		}
	}
	// Workers of an earlier version expect the name without an epoch.
	server, err := issue(s.CA, s.CAKey, serverName(a.root, a.epoch), serverName(a.root, 0))
	if err != nil {
		return err
	}
	a.secrets, a.server = s, server
	return nil
}

// Rotate replaces the certificate authority and all keys. A server that was started
// before still takes the old ones; the next one doesn't, and workers and clients
// follow as soon as WriteFiles has written.
func (a *Authority) Rotate() error {
	s := secrets{Format: format, Root: a.root, Seeds: map[protocol.Role]Secret{}}
	var err error
	if s.CA, s.CAKey, err = newCA("eisweep root " + a.root); err != nil {
		return fmt.Errorf("make certificate authority: %w", err)
	}
	for _, role := range roles {
		if s.Seeds[role], err = newSeed(); err != nil {
			return fmt.Errorf("make key: %w", err)
		}
	}
	if err := a.take(s); err != nil {
		return fmt.Errorf("make coordinator's secrets: %w", err)
	}
	data, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("make coordinator's secrets: %w", err)
	}
	if err := write(a.path, data, private); err != nil {
		return fmt.Errorf("keep coordinator's secrets: %w", err)
	}
	return nil
}

func newSeed() (Secret, error) {
	pair, err := nkeys.CreateUser()
	if err != nil {
		return "", err
	}
	seed, err := pair.Seed()
	return Secret(seed), err
}

// ServerOptions are those of a server that listens on host:port and lets in whoever
// has an access file. The caller adds where its store lies.
func (a *Authority) ServerOptions(listen string) natsserver.Options {
	o := natsserver.Options{
		Name: serverName(a.root, a.epoch), RootID: a.root, Listen: listen,
		TLS: &tls.Config{Certificates: []tls.Certificate{a.server}, MinVersion: tls.VersionTLS13},
	}
	for _, role := range roles {
		o.Users = append(o.Users, natsserver.User{Role: role, Key: a.key(role).Public})
	}
	return o
}

// Options are those of the coordinator's own connection to that server.
func (a *Authority) Options(server *natsserver.Server) natsconn.Options {
	return natsconn.Options{Server: server, Key: a.key(protocol.Coordinator), RootID: a.root, Role: protocol.Coordinator}
}

// key is the role's; take guarantees that it exists.
func (a *Authority) key(role protocol.Role) natsconn.Key {
	key, _ := keyOf(a.secrets.Seeds[role])
	return key
}
