package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// kubeAPIServer is Kubernetes' own.
var kubeAPIServer = sync.OnceValues(func() (string, error) {
	dir, err := shelve()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "kube-apiserver")
	return path, command("go", "-C", "../../tools/kubernetes", "build", "-o", path, "k8s.io/kubernetes/cmd/kube-apiserver")
})

// apiServer is one that runs on a host, with a store of its own and no controllers.
type apiServer struct {
	t      testing.TB
	url    string
	client *http.Client
}

func newAPIServer(t testing.TB) *apiServer {
	t.Helper()
	needsPrograms(t, map[string]string{"etcd": "etcd-server"})
	at := newNetwork(t, t.TempDir()).host()
	directory := at.disk()
	key, token := filepath.Join(directory, "accounts.key"), filepath.Join(directory, "tokens.csv")
	write(t, key, accountsKey(t))
	write(t, token, "secret,trial,trial,system:masters\n")
	start(t, at, nil, "etcd", "--data-dir="+filepath.Join(directory, "etcd"), "--unsafe-no-fsync",
		"--listen-client-urls=http://127.0.0.1:2379", "--advertise-client-urls=http://127.0.0.1:2379", "--listen-peer-urls=http://127.0.0.1:2380")
	start(t, at, nil, built(t, kubeAPIServer), "--etcd-servers=http://127.0.0.1:2379", "--bind-address="+at.address(), "--secure-port=6443",
		"--cert-dir="+filepath.Join(directory, "certificates"), "--service-account-key-file="+key, "--service-account-signing-key-file="+key,
		"--service-account-issuer=https://trial", "--token-auth-file="+token, "--service-cluster-ip-range=10.96.0.0/24",
		"--authorization-mode=RBAC", "--disable-admission-plugins=ServiceAccount")
	a := &apiServer{t: t, url: "https://" + at.address() + ":6443", client: &http.Client{
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}, // it makes its certificate itself
	}}
	await(t, "an API server that is ready", func() bool {
		status, said, _ := a.asks(http.MethodGet, "/readyz", "")
		return status == http.StatusOK && said == "ok"
	})
	return a
}

// accountsKey is what the server signs tokens of accounts by.
func accountsKey(t testing.TB) string {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}))
}

// asks returns the server's answer, and its warnings; status 0 is no answer.
func (a *apiServer) asks(method, path, object string) (status int, said string, warnings []string) {
	a.t.Helper()
	request, err := http.NewRequest(method, a.url+path, strings.NewReader(object))
	if err != nil {
		a.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer secret")
	request.Header.Set("Content-Type", "application/yaml")
	response, err := a.client.Do(request)
	if err != nil {
		return 0, err.Error(), nil
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return response.StatusCode, string(text), response.Header.Values("Warning")
}

// creates makes an object and wants no complaint.
func (a *apiServer) creates(path, object string) {
	a.t.Helper()
	if status, said, warnings := a.asks(http.MethodPost, path, object); status != http.StatusCreated || len(warnings) > 0 {
		a.t.Errorf("%s: %d, %q\n%s\n%s", path, status, warnings, said, object)
	}
}

// resources are where the server has objects of a kind.
var resources = map[string]string{
	"ConfigMap":             "/api/v1/namespaces/eisweep/configmaps",
	"Secret":                "/api/v1/namespaces/eisweep/secrets",
	"Service":               "/api/v1/namespaces/eisweep/services",
	"PersistentVolumeClaim": "/api/v1/namespaces/eisweep/persistentvolumeclaims",
	"Deployment":            "/apis/apps/v1/namespaces/eisweep/deployments",
	"StatefulSet":           "/apis/apps/v1/namespaces/eisweep/statefulsets",
	"NetworkPolicy":         "/apis/networking.k8s.io/v1/namespaces/eisweep/networkpolicies",
	"PodDisruptionBudget":   "/apis/policy/v1/namespaces/eisweep/poddisruptionbudgets",
	"ScaledObject":          "/apis/keda.sh/v1alpha1/namespaces/eisweep/scaledobjects",
}

var kindOf = regexp.MustCompile(`(?m)^kind: (\S+)$`)

// TestAnAPIServerTakesTheManifests has a real API server run them dry: defaults, admission and validation, all but
// keeping them.
func TestAnAPIServerTakesTheManifests(t *testing.T) {
	if os.Getenv("EISWEEP_ACCEPTANCE") == "" {
		t.Skip("takes many minutes to build an API server: make acceptance does")
	}
	made, err := exec.Command(built(t, kubernetes), "build", filepath.Join(deployed(t), "kubernetes")).Output()
	if err != nil {
		t.Fatal(err)
	}
	a := newAPIServer(t)
	a.creates("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", contents(scaledObjects))
	seen := map[string]int{}
	objects := strings.Split(string(made), "\n---\n")
	for _, object := range objects {
		if kindOf.FindStringSubmatch(object)[1] == "Namespace" {
			a.creates("/api/v1/namespaces", object)
		}
	}
	await(t, "the definition of ScaledObject", func() bool {
		status, _, _ := a.asks(http.MethodGet, resources["ScaledObject"], "")
		return status == http.StatusOK
	})
	for _, object := range objects {
		kind := kindOf.FindStringSubmatch(object)[1]
		seen[kind]++
		if kind != "Namespace" {
			a.creates(resources[kind]+"?dryRun=All&fieldValidation=Strict", object)
		}
	}
	for kind := range resources {
		if seen[kind] == 0 {
			t.Errorf("no %s is shipped", kind)
		}
	}
	wrong := strings.Replace(shipped("storage.yaml"), "ReadWriteMany", "ReadWriteAlways", 1)
	status, said, _ := a.asks(http.MethodPost, resources["PersistentVolumeClaim"]+"?dryRun=All",
		wrong)
	if status != http.StatusUnprocessableEntity {
		t.Errorf("a claim that nobody can bind: %d %s", status, said)
	}
}
