package natsserver

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"

	"github.com/nats-io/nats-server/v2/server"

	"eisweep/internal/protocol"
)

// Options configure a server.
type Options struct {
	// StoreDir is the directory of the streams, on a local disk; it is created if missing.
	StoreDir string
	// Name is the server's name in its log and in NATS; "" is "eisweep".
	Name string
	// Listen is the host:port to listen on, port 0 for a free one. With "" only InProcessConn
	// reaches the server.
	Listen string
	// TLS holds the server's certificate; it is required to listen.
	TLS *tls.Config
	// RootID is the id of the root whose subjects Users may use.
	RootID string
	// Users may connect, each with the permissions of its role; they are required to listen. With
	// them a connection in this process needs a user, too.
	Users []User
	// Log receives the server's messages; nil drops them.
	Log *slog.Logger
}

// User may connect to the server, with the permissions of its role.
type User struct {
	Role protocol.Role
	Key  string // public NKey
}

// maxStore bounds the streams, in bytes; the disk is full earlier.
const maxStore = 1 << 42

// MaxPayload is the largest message in bytes: a launch carries its sweep files.
const MaxPayload = 8 << 20

func serverOptions(o Options) (*server.Options, error) {
	name := o.Name
	if name == "" {
		name = "eisweep"
	}
	options := &server.Options{
		ServerName:         name,
		DontListen:         true,
		NoSigs:             true,
		JetStream:          true,
		StoreDir:           o.StoreDir,
		SyncAlways:         true,
		MaxPayload:         MaxPayload,
		JetStreamMaxStore:  maxStore,
		JetStreamMaxMemory: 256 << 20,
	}
	accounts, err := o.accounts()
	if err != nil {
		return nil, err
	}
	if err := options.ProcessConfigString(accounts); err != nil {
		return nil, fmt.Errorf("configure accounts: %w", err)
	}
	if o.Listen == "" {
		return options, nil
	}
	return options, listen(options, o)
}

// listen has the server take connections from outside.
func listen(options *server.Options, o Options) error {
	if o.TLS == nil || len(o.Users) == 0 || o.RootID == "" {
		return errors.New("a server that listens needs a certificate and users")
	}
	host, port, err := net.SplitHostPort(o.Listen)
	if err != nil {
		return fmt.Errorf("address to listen on: %w", err)
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return fmt.Errorf("address to listen on: port %q: %w", port, err)
	}
	options.DontListen, options.Host, options.Port = false, host, int(number)
	if host == "" {
		options.Host = "0.0.0.0"
	}
	if number == 0 {
		options.Port = server.RANDOM_PORT
	}
	options.TLS, options.TLSVerify, options.TLSTimeout = true, false, 5
	options.TLSConfig, options.TLSHandshakeFirst = o.TLS, true
	return nil
}
