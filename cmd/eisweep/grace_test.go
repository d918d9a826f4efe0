package main

import (
	"os"
	"regexp"
	"strconv"
	"testing"
	"time"
)

// TestWhoEndsWorkersGivesThemTheTimeTheyTake holds the times that a worker has after TERM in what ships against the time
// that it may take to save its tasks and hand them back.
func TestWhoEndsWorkersGivesThemTheTimeTheyTake(t *testing.T) {
	for path, pattern := range map[string]string{
		"../../deploy/systemd/eisweep-worker@.service": `(?m)^TimeoutStopSec=([0-9]+)$`,
		"../../deploy/kubernetes/worker.yaml":          `(?m)^ +terminationGracePeriodSeconds: ([0-9]+)$`,
		"../../deploy/compose/compose.yaml":            `(?m)^ +stop_grace_period: ([0-9]+)m `,
	} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		m := regexp.MustCompile(pattern).FindSubmatch(text)
		if m == nil {
			t.Errorf("%s says nothing of it", path)
			continue
		}
		n, _ := strconv.Atoi(string(m[1]))
		given := time.Duration(n) * time.Second
		if path == "../../deploy/compose/compose.yaml" {
			given = time.Duration(n) * time.Minute
		}
		if given <= returnTimeout {
			t.Errorf("%s gives %v, and a worker takes up to %v", path, given, returnTimeout)
		}
	}
}
