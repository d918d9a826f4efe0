package access

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/nats-io/nkeys"

	"eisweep/internal/natsserver"
	"eisweep/internal/protocol"
)

// Files that MakeSiteKeys makes; besides there is a seed for each role, ROLE.nk.
const (
	SiteCA          = "ca.pem"     // whom to trust
	SiteCertificate = "server.pem" // every server's
	SiteServerKey   = "server.key"
	SiteUsers       = "nats.env" // EISWEEP_NKEY_ROLE=PUBLIC-KEY
)

// operator sees a server's events and is no role of ours.
const operator = "operator"

// MakeSiteKeys makes a directory of what the servers of a site's NATS and its users prove
// themselves by, for configurations as in deploy/nats: a certificate for servers that
// are reached as hosts, names or addresses, and a key for each role. Its files are for
// their owner alone. The authority that signed the certificate is forgotten, so nobody
// can make another. A directory that exists is an error, fs.ErrExist. Before anything is
// made, what cannot be a host is an error that wraps natsserver.ErrHost.
func MakeSiteKeys(directory string, hosts []string) (err error) {
	if err := checkHosts(hosts); err != nil {
		return fmt.Errorf("make keys: %w", err)
	}
	if err := os.Mkdir(directory, 0o700); err != nil {
		return fmt.Errorf("make keys: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("make keys: %w", err), os.RemoveAll(directory))
		}
	}()
	texts, err := siteCertificate(hosts)
	if err != nil {
		return err
	}
	var users strings.Builder
	for _, role := range []string{string(protocol.Coordinator), string(protocol.Worker), string(protocol.Client), operator} {
		seed, err := newSeed()
		if err != nil {
			return err
		}
		pair, err := nkeys.FromSeed([]byte(seed))
		if err != nil {
			return err
		}
		public, err := pair.PublicKey()
		if err != nil {
			return err
		}
		texts[role+".nk"] = string(seed) + "\n"
		fmt.Fprintf(&users, "EISWEEP_NKEY_%s=%s\n", strings.ToUpper(role), public)
	}
	texts[SiteUsers] = users.String()
	for name, text := range texts {
		if err := write(filepath.Join(directory, name), []byte(text), private); err != nil {
			return err
		}
	}
	return nil
}

// checkHosts takes what a certificate can name: also all names below one, as *.nats.
func checkHosts(hosts []string) error {
	if len(hosts) == 0 {
		return fmt.Errorf("no server is named: %w", natsserver.ErrHost)
	}
	for _, host := range hosts {
		if err := natsserver.CheckHost(strings.TrimPrefix(host, "*.")); err != nil {
			return err
		}
		if rest, ok := strings.CutPrefix(host, "*."); ok && net.ParseIP(rest) != nil {
			return fmt.Errorf("%q is %w: an address has no names below it", host, natsserver.ErrHost)
		}
	}
	return nil
}

// siteCertificate makes the servers' files, by name. Servers of a cluster are clients
// of each other.
func siteCertificate(hosts []string) (map[string]string, error) {
	ca, caKey, err := newCA("NATS for eisweep")
	if err != nil {
		return nil, err
	}
	server, err := issueFor("NATS for eisweep", ca, caKey, hosts)
	if err != nil {
		return nil, err
	}
	key, err := x509.MarshalPKCS8PrivateKey(server.PrivateKey)
	if err != nil {
		return nil, err
	}
	return map[string]string{
		SiteCA:          ca,
		SiteCertificate: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate[0]})),
		SiteServerKey:   string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})),
	}, nil
}

// issueFor makes a certificate of that common name for servers, which may be clients of each other.
func issueFor(name, ca string, caKey Secret, hosts []string) (tls.Certificate, error) {
	t, err := template(name)
	if err != nil {
		return tls.Certificate{}, err
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, host)
		}
	}
	t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	return sign(ca, caKey, t)
}
