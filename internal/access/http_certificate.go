package access

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"
)

// HTTPCertificate is the authority's certificate for the coordinator's dashboard at some hosts: names and addresses. It is kept beside
// the authority's secrets, so that a browser that accepted it accepts the next coordinator on this machine as well, until the authority
// is rotated or a host is missing.
func (a *Authority) HTTPCertificate(hosts []string) (*tls.Certificate, error) {
	path := filepath.Join(filepath.Dir(a.path), "dashboard.pem")
	kept, err := readTrusted(path, unreadable)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read certificate: %w", err)
	}
	if c, err := tls.X509KeyPair(kept, kept); err == nil && a.isOf(&c, hosts) {
		return &c, nil
	}
	c, err := issueFor("eisweep dashboard", a.secrets.CA, a.secrets.CAKey, hosts)
	if err != nil {
		return nil, fmt.Errorf("make certificate: %w", err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		return nil, fmt.Errorf("make certificate: %w", err)
	}
	var text bytes.Buffer
	if err := errors.Join(pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate[0]}),
		pem.Encode(&text, &pem.Block{Type: "PRIVATE KEY", Bytes: key}), write(path, text.Bytes(), private)); err != nil {
		return nil, fmt.Errorf("keep certificate: %w", err)
	}
	return &c, nil
}

// isOf reports whether a certificate is this authority's, valid for some time, and for all the hosts.
func (a *Authority) isOf(c *tls.Certificate, hosts []string) bool {
	authority := x509.NewCertPool()
	authority.AppendCertsFromPEM([]byte(a.secrets.CA))
	leaf, err := x509.ParseCertificate(c.Certificate[0])
	if err != nil {
		return false
	}
	for _, host := range hosts {
		_, err := leaf.Verify(x509.VerifyOptions{DNSName: host, Roots: authority, CurrentTime: time.Now().Add(validBefore)})
		if err != nil {
			return false
		}
	}
	return true
}
