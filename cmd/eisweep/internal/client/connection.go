package client

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/access"
	"eisweep/internal/lease"
	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/internal/root"
)

// Connection is how a command reaches the root's NATS server: by the access files in the root, which the coordinator writes, or as
// these options say.
type Connection struct {
	servers       string // URLs, comma-separated
	context       string // of the nats command
	creds, nkey   string // paths of the site's credentials
	ca, cert, key string // paths, PEM
}

// AddFlags adds the options.
func (c *Connection) AddFlags(cmd *cobra.Command, e *cli.Env) {
	f := cmd.Flags()
	f.StringVar(&c.servers, "nats", e.Getenv("EISWEEP_NATS"),
		"the site's NATS servers, `URL[,URL]`, instead of the embedded one (EISWEEP_NATS)")
	f.StringVar(&c.context, "nats-context", e.Getenv("EISWEEP_NATS_CONTEXT"),
		"the site's NATS servers, by the `NAME` of a context of the nats command (EISWEEP_NATS_CONTEXT)")
	f.StringVar(&c.creds, "creds", "", "credentials `FILE` for the site's NATS")
	f.StringVar(&c.nkey, "nkey", "", "`FILE` with an NKey seed for the site's NATS")
	f.StringVar(&c.ca, "tls-ca", "", "`FILE` with the CA certificates of the site's NATS")
	f.StringVar(&c.cert, "tls-cert", "", "`FILE` with the client certificate for the site's NATS")
	f.StringVar(&c.key, "tls-key", "", "`FILE` with the key of --tls-cert")
	for _, name := range []string{"nats", "nats-context"} {
		f.Lookup(name).DefValue = ""
	}
}

// External reports whether the options name the site's NATS server, in place of the coordinator's embedded one.
func (c *Connection) External() bool { return c.servers != "" || c.context != "" }

// Files are the options that name files, with their values.
func (c *Connection) Files() [][2]string {
	return [][2]string{{"--creds", c.creds}, {"--nkey", c.nkey}, {"--tls-ca", c.ca}, {"--tls-cert", c.cert}, {"--tls-key", c.key}}
}

// Check refuses options that contradict each other, and files of secrets that other users can read.
func (c *Connection) Check() error {
	if !c.External() {
		for _, o := range c.Files() {
			if o[1] != "" {
				return cli.Usagef("%s needs --nats URL", o[0])
			}
		}
		return nil
	}
	if err := c.Site().Check(); err != nil {
		return cli.Usagef("%w", err)
	}
	return nil
}

// Site is the site's NATS as the options say.
func (c *Connection) Site() *natsconn.Site {
	s := &natsconn.Site{Context: c.context, Creds: c.creds, NKey: c.nkey, CA: c.ca, Cert: c.cert, Key: c.key}
	if c.servers != "" {
		s.URLs = strings.Split(c.servers, ",")
	}
	return s
}

// CommandLine is the options for another process, whatever its working directory, each after a space.
func (c *Connection) CommandLine() string {
	var out strings.Builder
	add := func(name, value string) {
		if value != "" {
			out.WriteString(" " + name + " " + cli.ShellQuote(value))
		}
	}
	add("--nats", c.servers)
	add("--nats-context", c.context)
	for _, o := range c.AbsoluteFiles() {
		add(o[0], o[1])
	}
	return out.String()
}

// AbsoluteFiles are the given options that name files, with absolute paths.
func (c *Connection) AbsoluteFiles() (out [][2]string) {
	for _, o := range c.Files() {
		if o[1] == "" {
			continue
		}
		if path, err := filepath.Abs(o[1]); err == nil {
			o[1] = path
		}
		out = append(out, o)
	}
	return out
}

// Open opens the root's queue as a worker or client. The errors are those of queue.Open and access.Read.
func (c *Connection) Open(ctx context.Context, r *root.Root, role protocol.Role, log *slog.Logger) (*queue.Queue, error) {
	o := queue.Options{Options: natsconn.Options{Site: c.Site(), RootID: r.ID(), Role: role}}
	if !c.External() {
		var err error
		if o.Options, err = access.Options(r, role); err != nil {
			return nil, err
		}
	}
	o.Name, o.Log = Name(role), log
	return queue.Open(ctx, o)
}

// CheckDirectory returns an *AbsentError if the coordinator that the root's files lead to works on another directory than the
// root. A worker would leave its results where that coordinator does not find them. The other errors are ctx's.
func (c *Connection) CheckDirectory(ctx context.Context, e *cli.Env, r *root.Root, role protocol.Role) error {
	number := lease.Directory(r)
	if !c.External() {
		f, err := access.Read(r, role)
		if err != nil {
			return nil // Open returns the error
		}
		number = f.Directory
	}
	if number == 0 {
		return nil
	}
	elsewhere, err := lease.IsElsewhere(ctx, r, number)
	if err != nil || !elsewhere {
		return err
	}
	return &AbsentError{Path: r.Path(), RootFlag: e.RootFlag, Flags: e.RootFlag + c.CommandLine(), elsewhere: true}
}

// Name is the name of a connection of this process in the lists of a NATS server.
func Name(role protocol.Role) string {
	host, err := os.Hostname()
	if err != nil {
		host = "?"
	}
	return fmt.Sprintf("eisweep %s %s-%d", role, host, os.Getpid())
}

// Addresses are the site's NATS servers, for people.
func (c *Connection) Addresses() []string {
	if c.context != "" {
		return []string{"context " + c.context}
	}
	return strings.Split(c.servers, ",")
}
