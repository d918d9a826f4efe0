package protocol

import (
	"strings"
	"testing"
)

func TestTokensAreOnePartAndDiffer(t *testing.T) {
	seen := map[string]string{}
	for _, name := range []string{"", "%", "a.b", "a_b", "a-b", "a%2Eb", "*", ">", "ü", "a b", "A"} {
		got := Token(name)
		if got == "" || strings.ContainsAny(got, ".*> \t") || seen[got] != "" {
			t.Errorf("token of %q is %q, as of %q", name, got, seen[got])
		}
		seen[got] = name + "!"
	}
}
