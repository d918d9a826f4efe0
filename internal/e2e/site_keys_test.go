package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nkeys"
)

// siteKeys is a directory with what a site hands out: ca.pem to trust, user.nk to prove who one is; and what its servers
// have, server.pem and server.key.
type siteKeys struct {
	directory string
	user      string // public key
}

// newSiteKeys makes keys for servers at these addresses.
func newSiteKeys(t testing.TB, addresses ...string) *siteKeys {
	t.Helper()
	k := &siteKeys{directory: t.TempDir()}
	user, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	seed, err := user.Seed()
	if err != nil {
		t.Fatal(err)
	}
	if k.user, err = user.PublicKey(); err != nil {
		t.Fatal(err)
	}
	k.put(t, "user.nk", seed)
	authority := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "the site"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(24 * time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	authorityKey := k.key(t)
	k.certify(t, "ca.pem", authority, authority, authorityKey, authorityKey)
	server := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "NATS"}, NotBefore: authority.NotBefore, NotAfter: authority.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	for _, a := range addresses {
		server.IPAddresses = append(server.IPAddresses, net.ParseIP(a))
	}
	serverKey := k.key(t)
	k.certify(t, "server.pem", server, authority, serverKey, authorityKey)
	private, err := x509.MarshalPKCS8PrivateKey(serverKey)
	if err != nil {
		t.Fatal(err)
	}
	k.put(t, "server.key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
	return k
}

func (k *siteKeys) key(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (k *siteKeys) certify(t testing.TB, name string, who, by *x509.Certificate, key, signer *ecdsa.PrivateKey) {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, who, by, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	k.put(t, name, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func (k *siteKeys) put(t testing.TB, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(k.directory, name), content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// options are those by which commands reach the site.
func (k *siteKeys) options(s *site) []string { return k.optionsAs(s, "user") }

// optionsAs are those of a user whose seed the directory has.
func (k *siteKeys) optionsAs(s *site, user string) []string {
	return []string{"--nats", s.urls(), "--nkey", filepath.Join(k.directory, user+".nk"), "--tls-ca", filepath.Join(k.directory, "ca.pem")}
}
