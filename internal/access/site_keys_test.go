package access

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/nkeys"

	"eisweep/internal/natsserver"
)

// Servers prove to be the hosts that were named, to clients and to each other, and the users' list has the roles' keys.
func TestSiteKeysFitTogether(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "keys")
	if err := MakeSiteKeys(directory, []string{"nats-1", "10.0.0.7"}); err != nil {
		t.Fatal(err)
	}
	text := func(name string) string {
		path := filepath.Join(directory, name)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", name, info.Mode(), err)
		}
		return string(data)
	}
	pair, err := tls.X509KeyPair([]byte(text(SiteCertificate)), []byte(text(SiteServerKey)))
	if err != nil {
		t.Fatal(err)
	}
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM([]byte(text(SiteCA)))
	authority, err := x509.ParseCertificate(pemBlock(t, text(SiteCA)))
	if err != nil || authority.PublicKey.(interface{ Equal(crypto.PublicKey) bool }).Equal(pair.Leaf.PublicKey) {
		t.Errorf("the servers' key is the authority's (%v)", err)
	}
	entries, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != SiteServerKey && strings.Contains(text(e.Name()), "PRIVATE") {
			t.Errorf("%s has a private key", e.Name())
		}
	}
	for host, want := range map[string]bool{"nats-1": true, "10.0.0.7": true, "nats-2": false} {
		for _, use := range []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth} {
			_, err := pair.Leaf.Verify(x509.VerifyOptions{DNSName: host, Roots: trusted, KeyUsages: []x509.ExtKeyUsage{use}})
			if (err == nil) != want {
				t.Errorf("a server as %s: %v", host, err)
			}
		}
	}
	for _, role := range []string{"coordinator", "worker", "client", "operator"} {
		user, err := nkeys.FromSeed([]byte(strings.TrimSpace(text(role + ".nk"))))
		if err != nil {
			t.Fatal(err)
		}
		public, err := user.PublicKey()
		if line := "EISWEEP_NKEY_" + strings.ToUpper(role) + "=" + public + "\n"; err != nil || !strings.Contains(text(SiteUsers), line) {
			t.Errorf("no line %q, %v", line, err)
		}
	}
}

func TestSiteKeysAreNotOverwritten(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "keys")
	if err := MakeSiteKeys(directory, []string{"a"}); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(directory, SiteCA))
	if err != nil {
		t.Fatal(err)
	}
	if err := MakeSiteKeys(directory, []string{"a"}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second time: %v", err)
	}
	if after, err := os.ReadFile(filepath.Join(directory, SiteCA)); err != nil || string(after) != string(before) {
		t.Errorf("the first directory changed, %v", err)
	}
}

// Nothing is made for what no server can be reached by.
func TestSiteKeysWantHosts(t *testing.T) {
	for host, good := range map[string]bool{
		"nats-1": true, "10.0.0.7": true, "::1": true, "*.nats": true,
		"nats-1:4222": false, "": false, "a b": false, "tls://a": false, "[::1]": false, "*": false, "*.": false, "*.10.0.0.7": false,
		"a.*.b": false, "10.0.0.777": false, "a\n": false,
	} {
		directory := filepath.Join(t.TempDir(), "keys")
		err := MakeSiteKeys(directory, []string{"good", host})
		if good != (err == nil) || err != nil && !errors.Is(err, natsserver.ErrHost) {
			t.Errorf("%q: %v", host, err)
		}
		if _, err := os.Lstat(directory); good != (err == nil) {
			t.Errorf("%q: directory %v", host, err)
		}
	}
}

func pemBlock(t *testing.T, text string) []byte {
	t.Helper()
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		t.Fatalf("%q is no PEM", text)
	}
	return block.Bytes
}
