package views

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/dashboard"
)

// Options say where a process serves the dashboard.
type Options struct {
	Address string // HOST:PORT; "": nowhere
	certificate,
	key string // files of TLS
}

// AddFlags adds --http-cert and --http-key, and --http with a help text.
func (o *Options) AddFlags(cmd *cobra.Command, help string) {
	f := cmd.Flags()
	f.StringVar(&o.Address, "http", "", help)
	f.StringVar(&o.certificate, "http-cert", "", "use the TLS certificate in `FILE` (PEM) for --http")
	f.StringVar(&o.key, "http-key", "", "use the key in `FILE` (PEM) for --http-cert")
}

// Check refuses wrong options.
func (o *Options) Check() error {
	switch {
	case (o.certificate == "") != (o.key == ""):
		return cli.Usagef("--http-cert and --http-key belong together")
	case o.certificate != "" && o.Address == "":
		return cli.Usagef("--http-cert needs --http HOST:PORT")
	case o.Address != "" && !strings.Contains(o.Address, ":"):
		return cli.Usagef("--http %s: give HOST:PORT, such as localhost:8080", o.Address)
	}
	for _, file := range []*string{&o.certificate, &o.key} {
		if path, err := filepath.Abs(*file); err == nil && *file != "" {
			*file = path // a detached process has another directory
		}
	}
	return nil
}

// HasCertificate reports whether the options name a certificate.
func (o *Options) HasCertificate() bool { return o.certificate != "" }

// Certificate reads the certificate that the options name; nil if they name none.
func (o *Options) Certificate() (*tls.Certificate, error) {
	if o.certificate == "" {
		return nil, nil
	}
	c, err := tls.LoadX509KeyPair(o.certificate, o.key)
	if path := (*os.PathError)(nil); errors.As(err, &path) {
		return nil, cli.Usagef("--http-cert, --http-key: %w", err)
	}
	if err != nil {
		return nil, cli.Usagef("--http-cert %s: %w", o.certificate, err)
	}
	return &c, nil
}

// Listen starts the server. The open handler answers requests for some paths from everybody; it may be nil if there are none.
func (o *Options) Listen(open http.Handler, paths []string, log *slog.Logger) (*dashboard.Server, error) {
	s, err := dashboard.Start(dashboard.Options{Address: o.Address, Open: open, Paths: paths, Log: log})
	if err != nil {
		return nil, cli.Usagef("--http %s: %w", o.Address, err)
	}
	return s, nil
}

// Show has a server show the dashboard of a coordinator, with the certificate of the options or else own, which may be nil. Sessions is
// the file of its sessions, or "".
func (d *Dashboard) Show(s *dashboard.Server, o *Options, own *tls.Certificate, names []string, sessions string) error {
	certificate, err := o.Certificate()
	if err != nil {
		return err
	}
	if certificate == nil && !s.IsLoopback() {
		certificate = own
	}
	err = s.Show(dashboard.Content{
		Name: d.Root.ID(), Certificate: certificate, Names: names, Sessions: sessions, Routes: d.Routes(), Feed: d.Feed,
	})
	if errors.Is(err, dashboard.ErrNoCertificate) {
		return cli.Usagef("--http %s: %w: give --http-cert and --http-key, or listen on localhost and use ssh -L (docs/dashboard.md)",
			o.Address, err)
	}
	if err != nil {
		return fmt.Errorf("serve the dashboard: %w", err)
	}
	return nil
}
