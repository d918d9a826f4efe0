package dashboard

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// testCertificate is a certificate for node01.
func testCertificate(t *testing.T) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"node01"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// TestBeyondLoopbackThereIsTLS: without a certificate nothing is shown, and with one no answer has no TLS, except those of open paths.
func TestBeyondLoopbackThereIsTLS(t *testing.T) {
	open := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "open\n") })
	s, err := Start(Options{Address: ":0", Open: open, Paths: []string{"/metrics"}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	content := Content{Name: "test", Names: []string{"Node01.", "node01"}}
	if err := s.Show(content); !errors.Is(err, ErrNoCertificate) || s.IsLoopback() {
		t.Fatalf("without a certificate: %v", err)
	}
	content.Certificate = testCertificate(t)
	if err := s.Show(content); err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(s.Address())
	if err != nil {
		t.Fatal(err)
	}
	address := net.JoinHostPort("127.0.0.1", port)
	if link := s.Link(Control, "node01"); !strings.HasPrefix(link, "https://node01:"+port+"/#token=") {
		t.Errorf("the link is %s", link)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	ask := func(url, host string) (code int, text string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(body)
	}
	for _, test := range []struct {
		url, host string
		code      int
	}{
		{"http://" + address + "/metrics", "", http.StatusOK},
		{"https://" + address + "/metrics", "", http.StatusOK},
		{"http://" + address + "/", "", http.StatusForbidden},
		{"http://" + address + "/api/state", "", http.StatusForbidden},
		{"https://" + address + "/", "", http.StatusOK},
		{"https://" + address + "/api/state", "", http.StatusUnauthorized},
		{"https://" + address + "/", "NODE01:" + port, http.StatusOK},
		{"https://" + address + "/", "10.0.0.5:" + port, http.StatusOK},
		{"https://" + address + "/", "evil.example:" + port, http.StatusMisdirectedRequest},
	} {
		if code, text := ask(test.url, test.host); code != test.code {
			t.Errorf("%s for %q: %d, want %d: %s", test.url, test.host, code, test.code, text)
		}
	}
	old := &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	if c, err := tls.Dial("tcp", address, old); err == nil {
		c.Close()
		t.Error("TLS 1.1 is accepted")
	}
}
