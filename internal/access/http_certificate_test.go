package access

import (
	"bytes"
	"testing"

	"eisweep/internal/root"
)

// TestTheDashboardsCertificateIsKept as long as it is of the authority and has all hosts.
func TestTheDashboardsCertificateIsKept(t *testing.T) {
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	state := t.TempDir()
	open := func() *Authority {
		a, err := OpenAuthority(state, r, 1)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	certificate := func(a *Authority, hosts ...string) []byte {
		c, err := a.HTTPCertificate(hosts)
		if err != nil {
			t.Fatal(err)
		}
		if !a.isOf(c, hosts) {
			t.Errorf("the certificate is not for %v", hosts)
		}
		return c.Certificate[0]
	}
	first := certificate(open(), "node01", "10.0.0.5")
	if again := certificate(open(), "10.0.0.5"); !bytes.Equal(first, again) {
		t.Error("another coordinator has another one")
	}
	other := certificate(open(), "node02")
	if bytes.Equal(first, other) {
		t.Error("a host that it does not name has the same one")
	}
	a := open()
	if err := a.Rotate(); err != nil {
		t.Fatal(err)
	}
	if rotated := certificate(a, "node02"); bytes.Equal(other, rotated) {
		t.Error("it outlives its authority")
	}
}
