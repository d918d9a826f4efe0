package e2e

import (
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// kubernetes does what kubectl and the API server do to manifests.
var kubernetes = sync.OnceValues(func() (string, error) {
	dir, err := shelve()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "kubernetes")
	return path, command("go", "-C", "../../tools/kubernetes", "build", "-o", path, ".")
})

// scaledObjects is KEDA's definition of them.
const scaledObjects = "../../tools/kubernetes/keda/scaledobjects.yaml"

// deployed is a copy of deploy with keys for Kubernetes in it.
func deployed(t testing.TB) (directory string) {
	t.Helper()
	directory = t.TempDir()
	copyDeploy(t, directory)
	err := command(built(t, plain), "keys", filepath.Join(directory, "kubernetes", "keys"), "nats-0.nats", "nats-1.nats",
		"nats-2.nats")
	if err != nil {
		t.Fatal(err)
	}
	return directory
}

// TestTheManifestsAreValid holds them against what the API server knows of their kinds, KEDA's definition, and the
// Pod Security Standard "restricted"; and sees to it that faults are found.
func TestTheManifestsAreValid(t *testing.T) {
	directory := filepath.Join(deployed(t), "kubernetes")
	check := func() (string, error) {
		said, err := exec.Command(built(t, kubernetes), "check", directory, scaledObjects).CombinedOutput()
		return string(said), err
	}
	said, err := check()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	for _, object := range []string{"StatefulSet nats", "Deployment coordinator", "Deployment worker", "ScaledObject worker",
		"NetworkPolicy nobody",
		"PersistentVolumeClaim results"} {
		if !strings.Contains(said, object+"\n") {
			t.Errorf("no %s in\n%s", object, said)
		}
	}
	for _, fault := range [][4]string{
		{"nats.yaml", "podManagementPolicy: Parallel", "podManagementPolicy: Serial", "StatefulSet nats: spec.podManagementPolicy"},
		{"worker.yaml", "terminationGracePeriodSeconds:", "terminationGraceSeconds:", "Deployment worker: strict decoding error: unknown field"},
		{"coordinator.yaml", "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true",
			"Deployment coordinator: pods are not restricted"},
		{"network.yaml", "protocol: UDP", "protocol: ICMP", "NetworkPolicy nobody: spec.egress"},
		{"scaler.yaml", "maxReplicaCount:", "maxReplicas:", "ScaledObject worker: unknown field spec.maxReplicas"},
		{"scaler.yaml", "pollingInterval: 15", "pollingInterval: often", "ScaledObject worker: spec.pollingInterval"},
	} {
		path := filepath.Join(directory, fault[0])
		text := contents(path)
		write(t, path, text, fault[1], fault[2])
		if said, err := check(); err == nil || !strings.Contains(said, fault[3]) {
			t.Errorf("%s with %s: %v, without %q:\n%s", fault[0], fault[2], err, fault[3], said)
		}
		write(t, path, text)
	}
}
