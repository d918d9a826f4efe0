package access

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/nats-io/nkeys"

	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
)

// format is the version of access files and of an authority's file.
const format = 1

// File is what an access file holds.
type File struct {
	Format int      `json:"format"`
	Root   string   `json:"root"` // id of the root
	URLs   []string `json:"urls"` // of the coordinator's server: tls://host:port, most likely first
	CA     string   `json:"ca"`   // certificate, PEM, that the server's must be signed by
	Seed   Secret   `json:"seed"` // of the role's NKey

	// Epoch is that of the root's owner whose server this is; 0 in files of earlier versions. In the file it is an entry of
	// urls, "epoch:7": earlier versions refuse other fields, and skip what is no address.
	Epoch uint64 `json:"-"`
	// Directory is root.DirectoryNumber as the owner saw it; 0 in files of earlier versions. It is an entry of urls as well.
	Directory uint64 `json:"-"`
}

// How the entries of urls begin that are no addresses.
const (
	epochEntry     = "epoch:"
	directoryEntry = "directory:"
)

// encode returns the text of a file.
func (f File) encode() ([]byte, error) {
	f.URLs = append(slices.Clone(f.URLs), epochEntry+strconv.FormatUint(f.Epoch, 10),
		directoryEntry+strconv.FormatUint(f.Directory, 10))
	text, err := json.Marshal(f)
	return append(text, '\n'), err
}

// takeNumbers takes the epoch and the directory from the entries of urls.
func (f *File) takeNumbers() {
	for _, entry := range f.URLs {
		for start, number := range map[string]*uint64{epochEntry: &f.Epoch, directoryEntry: &f.Directory} {
			if text, ok := strings.CutPrefix(entry, start); ok {
				*number, _ = strconv.ParseUint(text, 10, 64) // 0: none, as of an earlier version
			}
		}
	}
}

// Secret is a text that prints as something else.
type Secret string

const hidden = "(secret)"

// String hides the secret.
func (Secret) String() string { return hidden }

// GoString hides it from %#v.
func (Secret) GoString() string { return hidden }

// LogValue hides it from logs.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// serverName is the name that the server of an owner of a root proves, wherever it runs: no server of an earlier owner has it.
func serverName(root string, epoch uint64) string {
	if epoch == 0 {
		return "eisweep-" + root
	}
	return fmt.Sprintf("eisweep-%s-%d", root, epoch)
}

func decode(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("more data follows")
	}
	return nil
}

func parse(data []byte, root string) (*File, error) {
	f := new(File)
	switch err := decode(data, f); {
	case f.Format > format:
		return nil, fmt.Errorf("it is of format %d and this program knows %d: use the version of the coordinator", f.Format, format)
	case err != nil:
		return nil, errors.New("it is not an access file: restart the coordinator, which writes it anew") // err could quote the seed
	case f.Root != root:
		return nil, fmt.Errorf("it is for root %q and this root is %q: it was copied here; remove it and restart the coordinator",
			f.Root, root)
	}
	f.takeNumbers()
	// A host's own name may be one that cannot be looked up; its other addresses remain.
	f.URLs = slices.DeleteFunc(f.URLs, func(u string) bool { return !isAddress(u) })
	if len(f.URLs) == 0 {
		return nil, errors.New("it names no address like tls://host:port: restart the coordinator")
	}
	return f, nil
}

// isAddress reports whether a text is an address as servers write them into access files.
func isAddress(text string) bool {
	rest, ok := strings.CutPrefix(text, "tls://")
	host, port, err := net.SplitHostPort(rest)
	if !ok || err != nil || natsserver.CheckHost(strings.TrimSuffix(host, ".")) != nil {
		return false
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0
}

// Access is what connecting by the file takes.
func (f *File) Access() (natsconn.Access, error) {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(f.CA)) {
		return natsconn.Access{}, errors.New("its certificate cannot be read: restart the coordinator")
	}
	key, err := keyOf(f.Seed)
	if err != nil {
		return natsconn.Access{}, errors.New("its key cannot be read: restart the coordinator")
	}
	return natsconn.Access{
		URLs: f.URLs,
		TLS:  &tls.Config{RootCAs: pool, ServerName: serverName(f.Root, f.Epoch), MinVersion: tls.VersionTLS13},
		Key:  key,
	}, nil
}

func keyOf(seed Secret) (natsconn.Key, error) {
	pair, err := nkeys.FromSeed([]byte(seed))
	if err != nil {
		return natsconn.Key{}, err
	}
	public, err := pair.PublicKey()
	if err != nil {
		return natsconn.Key{}, err
	}
	return natsconn.Key{Public: public, Sign: pair.Sign}, nil
}
