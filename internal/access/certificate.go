package access

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"time"
)

// Certificates are good for years, since nobody renews them but --rotate does, and
// from days ago, since clocks of hosts differ.
const (
	validBefore = 7 * 24 * time.Hour
	validAfter  = 10 * 365 * 24 * time.Hour
)

func template(name string) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    now.Add(-validBefore),
		NotAfter:     now.Add(validAfter),
	}, nil
}

// newCA makes a certificate authority and returns it as PEM.
func newCA(name string) (certificate string, key Secret, err error) {
	t, err := template(name)
	if err != nil {
		return "", "", err
	}
	t.IsCA, t.BasicConstraintsValid, t.MaxPathLenZero = true, true, true
	t.KeyUsage = x509.KeyUsageCertSign
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", "", err
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, private.Public(), private)
	if err != nil {
		return "", "", err
	}
	text, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return "", "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		Secret(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: text})), nil
}

// issue makes a server's certificate for names. Its key is never stored.
func issue(caPEM string, keyPEM Secret, names ...string) (tls.Certificate, error) {
	t, err := template(names[0])
	if err != nil {
		return tls.Certificate{}, err
	}
	t.DNSNames = names
	t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	return sign(caPEM, keyPEM, t)
}

// sign makes a key and the authority's certificate of it.
func sign(caPEM string, keyPEM Secret, t *x509.Certificate) (tls.Certificate, error) {
	ca, err := tls.X509KeyPair([]byte(caPEM), []byte(keyPEM))
	if err != nil {
		return tls.Certificate{}, errors.New("the certificate authority is damaged") // err says no more, and must not
	}
	t.KeyUsage = x509.KeyUsageDigitalSignature
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	der, err := x509.CreateCertificate(rand.Reader, t, ca.Leaf, private.Public(), ca.PrivateKey)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private}, nil
}
