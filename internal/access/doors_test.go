package access

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"eisweep/internal/natsconn"
	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/internal/root"
)

func read(t testing.TB, r *root.Root, role protocol.Role) *File {
	t.Helper()
	f, err := Read(r, role)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Who doesn't begin with TLS isn't spoken to.
func TestServerSaysNothingInClearText(t *testing.T) {
	s := newSite(t)
	host := strings.TrimPrefix(read(t, s.root, protocol.Worker).URLs[0], "tls://")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(natstest.TooLong)); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(conn, "CONNECT {}\r\nPING\r\n")
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err == nil || strings.Contains(line, "INFO") || strings.Contains(line, "PONG") {
		t.Errorf("the server says %q, %v", line, err)
	}
	if conn, err := nats.Connect("nats://"+host, nats.Timeout(time.Second)); err == nil {
		conn.Close()
		t.Error("a client in clear text is let in")
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	s := newSite(t)
	f := read(t, s.root, protocol.Worker)
	a, err := f.Access()
	if err != nil {
		t.Fatal(err)
	}
	a.TLS.MinVersion, a.TLS.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
	if conn, err := tls.Dial("tcp", strings.TrimPrefix(f.URLs[0], "tls://"), a.TLS); err == nil {
		conn.Close()
		t.Error("TLS 1.2 is spoken")
	}
}

// openBy opens a queue by a file's text.
func openBy(t testing.TB, f *File, role protocol.Role) error {
	t.Helper()
	q, err := queue.Open(natstest.Deadline(t), queue.Options{Options: natsconn.Options{RootID: f.Root, Role: role, Reach: f.Access}})
	if err == nil {
		q.Close()
	}
	return err
}

func TestForeignCredentialsAreRefused(t *testing.T) {
	s, other := newSite(t), newSite(t)
	for _, role := range []protocol.Role{protocol.Worker, protocol.Client} {
		mine, foreign := read(t, s.root, role), read(t, other.root, role)
		if err := openBy(t, mine, role); err != nil {
			t.Errorf("%s: one's own is refused: %v", role, err)
		}
		wrong := *mine
		wrong.Seed = foreign.Seed
		if err := openBy(t, &wrong, role); !errors.Is(err, natsconn.ErrRefused) {
			t.Errorf("%s: a foreign key: %v", role, err)
		}
		wrong = *mine
		wrong.CA = foreign.CA
		if err := openBy(t, &wrong, role); !errors.Is(err, natsconn.ErrUnreachable) || !strings.Contains(err.Error(), "certificate") {
			t.Errorf("%s: a foreign authority: %v", role, err)
		}
		wrong = *foreign
		wrong.URLs = mine.URLs // somebody else answers where the root's server was
		if err := openBy(t, &wrong, role); !errors.Is(err, natsconn.ErrUnreachable) || !strings.Contains(err.Error(), "certificate") {
			t.Errorf("%s: a foreign server: %v", role, err)
		}
	}
}

// The coordinator in the same process has no back door either.
func TestConnectionInTheProcessNeedsAKey(t *testing.T) {
	s := newSite(t)
	o := s.authority.Options(s.server)
	o.Key = natsconn.Key{}
	o.Connect = []nats.Option{nats.FlusherTimeout(time.Second)} // nobody reads what it writes
	if q, err := queue.Open(natstest.Deadline(t), queue.Options{Options: o, Create: true}); err == nil {
		q.Close()
		t.Error("it is let in without a key")
	}
}

func TestRotatedCredentialIsRefused(t *testing.T) {
	s := newSite(t)
	old := read(t, s.root, protocol.Worker)
	s.stop()
	if err := s.authority.Rotate(); err != nil {
		t.Fatal(err)
	}
	s.start(t)
	now := read(t, s.root, protocol.Worker)
	if old.CA == now.CA || old.Seed == now.Seed {
		t.Error("the rotation has changed nothing")
	}
	old.URLs = now.URLs
	if err := openBy(t, old, protocol.Worker); !errors.Is(err, natsconn.ErrUnreachable) {
		t.Errorf("all of the old: %v", err)
	}
	old.CA, old.Epoch = now.CA, now.Epoch
	if err := openBy(t, old, protocol.Worker); !errors.Is(err, natsconn.ErrRefused) {
		t.Errorf("the old key: %v", err)
	}
	if err := openBy(t, now, protocol.Worker); err != nil {
		t.Error(err)
	}
}

func TestPlantedFilesAreRefused(t *testing.T) {
	s := newSite(t)
	path := Path(s.root, protocol.Worker)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), "planted")
	if err := os.WriteFile(elsewhere, good, 0o600); err != nil {
		t.Fatal(err)
	}
	var long, foreign File
	if err := errors.Join(json.Unmarshal(good, &long), json.Unmarshal(good, &foreign)); err != nil {
		t.Fatal(err)
	}
	long.CA = strings.Repeat("x", maxFile)
	foreign.Root = "anotherroot2"
	text := func(v any) []byte { data, err := json.Marshal(v); return must(t, data, err) }
	for name, c := range map[string]struct {
		plant func() error
		want  error  // wrapped, if not nil
		say   string // said to the user
	}{
		"others may write":  {func() error { return plant(path, good, 0o602) }, root.ErrUntrusted, "written by others"},
		"a group may write": {func() error { return plant(path, good, 0o620) }, root.ErrUntrusted, "written by others"},
		"a link":            {func() error { return os.Symlink(elsewhere, path) }, root.ErrUntrusted, "is a link"},
		"a directory":       {func() error { return os.Mkdir(path, 0o700) }, root.ErrUntrusted, "not a plain file"},
		"a pipe":            {func() error { return mkfifo(path) }, root.ErrUntrusted, "not a plain file"},
		"no file":           {func() error { return nil }, ErrNoAccess, "eisweep coordinator"},
		"not JSON":          {func() error { return plant(path, []byte("seed=SU"), 0o600) }, nil, "restart the coordinator"},
		"something more":    {func() error { return plant(path, append(good, good...), 0o600) }, nil, "restart the coordinator"},
		"no address": {func() error { return plant(path, bytes.Replace(good, []byte("tls://"), []byte("http://"), 1), 0o600) }, nil,
			"tls://host:port"},
		"an unknown field": {func() error { return plant(path, bytes.Replace(good, []byte(`{`), []byte(`{"x":1,`), 1), 0o600) }, nil,
			"restart the coordinator"},
		"too large":      {func() error { return plant(path, text(long), 0o600) }, nil, "too large"},
		"another root's": {func() error { return plant(path, text(foreign), 0o600) }, nil, "anotherroot2"},
		"of a later version": {func() error {
			return plant(path, bytes.Replace(good, []byte(`"format":1`), []byte(`"format":9`), 1), 0o600)
		}, nil, "format 9"},
		"a damaged key": {func() error {
			return plant(path, bytes.Replace(good, []byte(`"seed":"S`), []byte(`"seed":"T`), 1), 0o600)
		}, nil, "key cannot be read"},
		"a damaged authority": {func() error { return plant(path, bytes.Replace(good, []byte(`BEGIN`), []byte(`BEGUN`), 1), 0o600) }, nil,
			"certificate cannot be read"},
	} {
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
		if err := c.plant(); err != nil {
			t.Fatal(err)
		}
		_, err := Options(s.root, protocol.Worker)
		if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), secretOf(good)) {
			t.Errorf("%s: the error tells the key", name)
		}
	}
}

func TestFilesOfOthersAreRefused(t *testing.T) {
	s := newSite(t)
	path := Path(s.root, protocol.Client)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := trusted(path, info, unreadable, os.Geteuid()); err != nil {
		t.Errorf("one's own: %v", err)
	}
	if err := trusted(path, info, unwritable, os.Geteuid()+1); !errors.Is(err, root.ErrUntrusted) {
		t.Errorf("another's: %v", err)
	}
}

// secretOf is a part of the seed that lies in an access file.
func secretOf(file []byte) string {
	var f struct{ Seed string }
	if json.Unmarshal(file, &f) != nil || len(f.Seed) < 50 {
		return "no seed"
	}
	return f.Seed[10:30]
}

func TestCoordinatorsSecretsAreGuarded(t *testing.T) {
	s := newSite(t)
	path := filepath.Join(s.state, "authority.json")
	for _, name := range []string{path, Path(s.root, protocol.Worker), Path(s.root, protocol.Client)} {
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v", name, info.Mode(), err)
		}
	}
	for mode, want := range map[os.FileMode]error{0o600: nil, 0o640: root.ErrUntrusted, 0o604: root.ErrUntrusted, 0o620: root.ErrUntrusted} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenAuthority(s.state, s.root, s.epoch); !errors.Is(err, want) {
			t.Errorf("mode %v: %v", mode, err)
		}
	}
}

// No text that is made from a type with secrets contains them.
func TestSecretsDontPrint(t *testing.T) {
	s := newSite(t)
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, nil))
	for _, role := range []protocol.Role{protocol.Worker, protocol.Client} {
		f := read(t, s.root, role)
		fmt.Fprintf(&out, "%v %+v %#v %s %q\n", f, *f, *f, f.Seed, f.Seed)
		log.Info("access", "file", f, "seed", f.Seed)
	}
	fmt.Fprintf(&out, "%v %+v %#v\n", s.authority.secrets, s.authority.secrets, s.authority.secrets)
	for _, role := range roles {
		if strings.Contains(out.String(), string(s.authority.secrets.Seeds[role])) {
			t.Errorf("the seed of %s is printed", role)
		}
	}
	if strings.Contains(out.String(), "PRIVATE") {
		t.Error("the authority's key is printed")
	}
}

// A coordinator on another machine has keys and certificates of its own, and its access files take the place of the
// first one's.
func TestCoordinatorOnAnotherMachine(t *testing.T) {
	s := newSite(t)
	old := map[protocol.Role]*File{protocol.Worker: read(t, s.root, protocol.Worker), protocol.Client: read(t, s.root, protocol.Client)}
	s.stop()
	s.state, s.store = t.TempDir(), t.TempDir()
	s.start(t)
	for role, f := range old {
		now := read(t, s.root, role)
		if err := openBy(t, now, role); err != nil {
			t.Errorf("%s: %v", role, err)
		}
		f.URLs = now.URLs
		if err := openBy(t, f, role); !errors.Is(err, natsconn.ErrUnreachable) {
			t.Errorf("%s: the file of the first machine: %v", role, err)
		}
		f.CA = now.CA
		if err := openBy(t, f, role); !errors.Is(err, natsconn.ErrUnreachable) {
			t.Errorf("%s: the epoch of the first machine: %v", role, err)
		}
		f.Epoch = now.Epoch
		if err := openBy(t, f, role); !errors.Is(err, natsconn.ErrRefused) {
			t.Errorf("%s: the key of the first machine: %v", role, err)
		}
	}
}
