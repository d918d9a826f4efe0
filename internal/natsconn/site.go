package natsconn

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/natscontext"
)

// Site says how to connect to a NATS server that a site runs. Secrets stay in their files, which are read
// at every connection.
type Site struct {
	// URLs are servers of one cluster: nats://host:4222, tls://…; others of the cluster
	// are found by themselves. None, without a Context, is an error.
	URLs []string
	// Context is the name of a context of the nats command, or the absolute path of its
	// file; it replaces everything else.
	Context string
	Creds   string // path of a credentials file (JWT and seed)
	NKey    string // path of an NKey's seed
	CA      string // path of the certificates to trust; "" trusts the system's
	Cert    string // path of the client's certificate, with Key
	Key     string
}

// ErrSite is wrapped by the errors of a Site whose options are wrong.
var ErrSite = errors.New("the NATS options don't fit")

// Check finds options that exclude each other or are missing, without connecting. The error wraps ErrSite.
func (s *Site) Check() error {
	switch {
	case s.Context != "" && (len(s.URLs) > 0 || s.Creds != "" || s.NKey != "" || s.CA != "" || s.Cert != "" || s.Key != ""):
		return fmt.Errorf("a NATS context says everything: leave the other NATS options out, or the context: %w", ErrSite)
	case s.Context != "":
		return nil
	case len(s.URLs) == 0:
		return fmt.Errorf("no NATS server is named: %w", ErrSite)
	case s.Creds != "" && s.NKey != "":
		return fmt.Errorf("give a credentials file or an NKey file, not both: %w", ErrSite)
	case (s.Cert == "") != (s.Key == ""):
		return fmt.Errorf("a client's certificate and its key belong together: give both: %w", ErrSite)
	}
	for _, u := range s.URLs {
		if err := checkURL(u); err != nil {
			return err
		}
	}
	return nil
}

// checkURL refuses secrets in an address, which would show in process lists and
// logs. The error doesn't repeat them.
func checkURL(text string) error {
	if strings.Contains(text, "@") {
		return fmt.Errorf("a NATS address holds a user or password, which others could read in the list of processes: "+
			"put it into a credentials file, an NKey file or a context of the nats command: %w", ErrSite)
	}
	full := text
	if !strings.Contains(text, "://") {
		full = "nats://" + text
	}
	u, err := url.Parse(full)
	if err != nil || u.Hostname() == "" {
		return fmt.Errorf("NATS address %q is not like nats://host:4222: %w", text, ErrSite)
	}
	switch u.Scheme {
	case "nats", "tls", "ws", "wss":
		return nil
	}
	return fmt.Errorf("NATS address %q: %s is not one of nats, tls, ws, wss: %w", text, u.Scheme, ErrSite)
}

// connect opens a connection, and JetStream as the site names it.
func (s *Site) connect(options []nats.Option) (*nats.Conn, jetstream.JetStream, error) {
	if err := s.Check(); err != nil {
		return nil, nil, err
	}
	if s.Context != "" {
		return s.connectContext(options)
	}
	own, err := s.options()
	if err != nil {
		return nil, nil, err
	}
	conn, err := nats.Connect(strings.Join(s.URLs, ","), append(own, options...)...)
	if err != nil {
		return nil, nil, err
	}
	js, err := jetstream.New(conn)
	return conn, js, err
}

func (s *Site) options() (options []nats.Option, err error) {
	if s.Creds != "" {
		options = append(options, nats.UserCredentials(s.Creds))
	}
	if s.NKey != "" {
		key, err := nats.NkeyOptionFromSeed(s.NKey)
		if err != nil {
			return nil, fmt.Errorf("read NKey file: %w: %w", ErrSite, err)
		}
		options = append(options, key)
	}
	if s.CA != "" {
		options = append(options, nats.RootCAs(s.CA))
	}
	if s.Cert != "" {
		options = append(options, nats.ClientCert(s.Cert, s.Key))
	}
	return options, nil
}

func (s *Site) connectContext(options []nats.Option) (*nats.Conn, jetstream.JetStream, error) {
	conn, settings, err := natscontext.Connect(s.Context, options...)
	if err != nil && !remote(err) {
		err = fmt.Errorf("%w: %w", ErrSite, err) // the package has no sentinels
	}
	if err != nil {
		return nil, nil, fmt.Errorf("NATS context %q: %w", s.Context, err)
	}
	var js jetstream.JetStream
	switch {
	case settings.JSDomain != "":
		js, err = jetstream.NewWithDomain(conn, settings.JSDomain)
	case settings.JSAPIPrefix != "":
		js, err = jetstream.NewWithAPIPrefix(conn, settings.JSAPIPrefix)
	default:
		js, err = jetstream.New(conn)
	}
	return conn, js, err
}

// remote reports whether an error of connecting is about the other side.
func remote(err error) bool {
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, nats.ErrNoServers) || errors.Is(err, nats.ErrTimeout) ||
		errors.Is(err, nats.ErrAuthorization) || errors.Is(err, nats.ErrTLS)
}
