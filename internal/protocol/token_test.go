package protocol

import "testing"

func TestNewTokensDifferAndAreTokens(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		token := NewToken()
		if !IsToken(token) || seen[token] {
			t.Fatalf("token %q, seen before: %v", token, seen[token])
		}
		seen[token] = true
	}
}

// Files are named by tokens, and so were they by the numbers of attempts.
func TestTokensAreSafeInNames(t *testing.T) {
	for text, want := range map[string]bool{
		"1": true, "42": true, "0123456789abcdef": true, "": false, "A1": false, "a-b": false, "a.b": false, "../a": false, "a/b": false,
		"ä": false, "a b": false, "a\x00": false,
		"0123456789abcdef0123456789abcdef": true, "0123456789abcdef0123456789abcdef0": false,
	} {
		if IsToken(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}
