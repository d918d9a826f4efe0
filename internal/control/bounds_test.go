package control

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// The page on security has the bounds that the other tests are of.
func TestThePageHasTheBoundsOfRequests(t *testing.T) {
	page, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{fmt.Sprintf("At most %d requests of %d MiB in total", maxOpen, maxOpenAll>>20),
		"is silent for two minutes"} {
		if !strings.Contains(string(page), words) {
			t.Errorf("it does not say %q", words)
		}
	}
	if leaseTime != 2*time.Minute {
		t.Errorf("a request is dropped after %v", leaseTime)
	}
}
