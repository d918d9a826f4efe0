package control

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestSecretsHaveTheLengthOfThePage compares what docs/security.md says with what is accepted.
func TestSecretsHaveTheLengthOfThePage(t *testing.T) {
	page, err := os.ReadFile("../../docs/security.md")
	words := fmt.Sprintf("a secret of %d to %d bytes", leastSecret, maxSecret)
	if err != nil || !strings.Contains(string(page), words) {
		t.Errorf("the page lacks %q (%v)", words, err)
	}
	for length, accepted := range map[int]bool{leastSecret - 1: false, leastSecret: true, maxSecret: true, maxSecret + 1: false} {
		h := Hooks{Webhooks: []Webhook{{URL: "https://host/", Secret: strings.Repeat("s", length)}}}
		if err := h.Check(); (err == nil) != accepted {
			t.Errorf("a secret of %d bytes: %v", length, err)
		}
	}
}
