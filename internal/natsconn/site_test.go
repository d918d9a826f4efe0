package natsconn

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nkeys"

	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
)

// visit connects to a site and creates a stream there.
func visit(t testing.TB, site Site) error {
	t.Helper()
	c, err := Connect(natstest.Deadline(t), Options{Site: &site, RootID: testRoot, Role: protocol.Coordinator, Log: natstest.Log(t)})
	if err != nil {
		return err
	}
	defer c.Close()
	return c.Retry(natstest.Deadline(t), func(ctx context.Context) error {
		_, err := c.JetStream().CreateOrUpdateStream(ctx, jetstream.StreamConfig{Name: "visited"})
		return err
	})
}

func TestSiteByNKeyFile(t *testing.T) {
	_, public, seed := natstest.NewKey(t, nkeys.CreateUser)
	_, _, other := natstest.NewKey(t, nkeys.CreateUser)
	url := natstest.Site(t, func(o *server.Options) { o.Nkeys = []*server.NkeyUser{{Nkey: public}} })
	if err := visit(t, Site{URLs: []string{url}, NKey: natstest.Save(t, "nkey", seed)}); err != nil {
		t.Error(err)
	}
	if err := visit(t, Site{URLs: []string{url}, NKey: natstest.Save(t, "nkey", other)}); !errors.Is(err, ErrRefused) {
		t.Errorf("another's: %v", err)
	}
	if err := visit(t, Site{URLs: []string{url}}); !errors.Is(err, ErrRefused) {
		t.Errorf("none: %v", err)
	}
	if err := visit(t, Site{URLs: []string{url}, NKey: natstest.Save(t, "nkey", []byte("no seed"))}); !errors.Is(err, ErrSite) {
		t.Errorf("no seed: %v", err)
	}
}

func TestSiteByCredentialsFile(t *testing.T) {
	operator, operatorKey, _ := natstest.NewKey(t, nkeys.CreateOperator)
	account, accountKey, _ := natstest.NewKey(t, nkeys.CreateAccount)
	_, userKey, seed := natstest.NewKey(t, nkeys.CreateUser)
	_, systemKey, _ := natstest.NewKey(t, nkeys.CreateAccount)

	oc := jwt.NewOperatorClaims(operatorKey)

	ac := jwt.NewAccountClaims(accountKey)
	ac.Limits.JetStreamLimits = jwt.JetStreamLimits{MemoryStorage: -1, DiskStorage: -1, Streams: -1, Consumer: -1}
	uc := jwt.NewUserClaims(userKey)
	operatorJWT, err1 := oc.Encode(operator)
	accountJWT, err2 := ac.Encode(operator)
	userJWT, err3 := uc.Encode(account)
	creds, err4 := jwt.FormatUserConfig(userJWT, seed)
	claims, err5 := jwt.DecodeOperatorClaims(operatorJWT)
	systemJWT, err6 := jwt.NewAccountClaims(systemKey).Encode(operator)
	resolver := new(server.MemAccResolver)
	err := errors.Join(err1, err2, err3, err4, err5, err6, resolver.Store(accountKey, accountJWT),
		resolver.Store(systemKey, systemJWT))
	if err != nil {
		t.Fatal(err)
	}
	url := natstest.Site(t, func(o *server.Options) {
		o.TrustedOperators, o.AccountResolver, o.SystemAccount = []*jwt.OperatorClaims{claims}, resolver, systemKey
	})
	if err := visit(t, Site{URLs: []string{url}, Creds: natstest.Save(t, "user.creds", creds)}); err != nil {
		t.Error(err)
	}
	if err := visit(t, Site{URLs: []string{url}, Creds: filepath.Join(t.TempDir(), "missing")}); err == nil {
		t.Error("a missing credentials file connects")
	}
}

// authority signs certificates for 127.0.0.1.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	a := new(authority)
	var der []byte
	a.key, der = signed(t, nil,
		&x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true})
	var err error
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return a
}

func signed(t testing.TB, by *authority, template *x509.Certificate) (*ecdsa.PrivateKey, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	parent, signer := template, key
	if by != nil {
		parent, signer = by.cert, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	return key, der
}

func (a *authority) file(t testing.TB) string {
	return natstest.Save(t, "ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw}))
}

// issue returns a certificate and its files.
func (a *authority) issue(t testing.TB) (pair tls.Certificate, cert, key string) {
	t.Helper()
	private, der := signed(
		t,
		a,
		&x509.Certificate{SerialNumber: big.NewInt(2), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}},
	)
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	certPEM, keyPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(
		&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER},
	)
	if pair, err = tls.X509KeyPair(certPEM, keyPEM); err != nil {
		t.Fatal(err)
	}
	return pair, natstest.Save(t, "cert.pem", certPEM), natstest.Save(t, "key.pem", keyPEM)
}

func TestSiteByCertificates(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	pair, _, _ := ca.issue(t)
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	url := natstest.Site(t, func(o *server.Options) {
		o.TLS, o.TLSVerify = true, true
		o.TLSConfig = &tls.Config{Certificates: []tls.Certificate{pair}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert}
	})
	_, cert, key := ca.issue(t)
	if err := visit(t, Site{URLs: []string{url}, CA: ca.file(t), Cert: cert, Key: key}); err != nil {
		t.Error(err)
	}
	_, foreignCert, foreignKey := other.issue(t)
	for name, site := range map[string]Site{
		"no certificate":        {CA: ca.file(t)},
		"a foreign certificate": {CA: ca.file(t), Cert: foreignCert, Key: foreignKey},
		"a foreign authority":   {CA: other.file(t), Cert: cert, Key: key},
		"the system's":          {Cert: cert, Key: key},
	} {
		site.URLs = []string{url}
		if err := visit(t, site); !errors.Is(err, ErrUnreachable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSiteByContext(t *testing.T) {
	url := natstest.Site(t, func(o *server.Options) { o.Username, o.Password = "someone", "hush" })
	config := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", config)
	directory := filepath.Join(config, "nats", "context")
	text := fmt.Sprintf(`{"url": %q, "user": "someone", "password": "hush"}`, url)
	if err := errors.Join(os.MkdirAll(directory, 0o700), os.WriteFile(filepath.Join(directory, "lab.json"), []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := visit(t, Site{Context: "lab"}); err != nil {
		t.Error(err)
	}
	if err := visit(t, Site{Context: filepath.Join(directory, "lab.json")}); err != nil {
		t.Error(err)
	}
	if err := visit(t, Site{Context: "elsewhere"}); !errors.Is(err, ErrSite) || !strings.Contains(err.Error(), "elsewhere") {
		t.Errorf("a context that isn't there: %v", err)
	}
}

func TestSiteIsCheckedBeforeItIsConnected(t *testing.T) {
	for name, c := range map[string]struct {
		site Site
		ok   bool
	}{
		"two servers":       {Site{URLs: []string{"nats://a:4222", "b:4222"}}, true},
		"TLS":               {Site{URLs: []string{"tls://a:4222"}, CA: "ca.pem", Cert: "c", Key: "k"}, true},
		"context":           {Site{Context: "lab"}, true},
		"nothing":           {Site{}, false},
		"password":          {Site{URLs: []string{"nats://me:hush@a:4222"}}, false},
		"token":             {Site{URLs: []string{"nats://hush@a:4222"}}, false},
		"bare password":     {Site{URLs: []string{"me:hush@a"}}, false},
		"no NATS":           {Site{URLs: []string{"http://a"}}, false},
		"no host":           {Site{URLs: []string{"nats://"}}, false},
		"context and URL":   {Site{Context: "lab", URLs: []string{"nats://a"}}, false},
		"context and creds": {Site{Context: "lab", Creds: "c"}, false},
		"two credentials":   {Site{URLs: []string{"nats://a"}, Creds: "c", NKey: "n"}, false},
		"half a pair":       {Site{URLs: []string{"nats://a"}, Cert: "c"}, false},
	} {
		err := c.site.Check()
		if c.ok != (err == nil) || err != nil && !errors.Is(err, ErrSite) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: the error tells the secret: %v", name, err)
		}
	}
}

// freePort is a port that nobody listens on.
func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
