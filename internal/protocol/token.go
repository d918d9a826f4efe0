package protocol

import (
	"crypto/rand"
	"encoding/hex"
)

// tokenBytes is how many random bytes a token has.
const tokenBytes = 8

// maxToken bounds a token's length.
const maxToken = 32

// NewToken makes the token of an attempt, which tells it from all others of its task. The attempt's
// files are named by it.
func NewToken() string {
	var b [tokenBytes]byte
	_, _ = rand.Read(b[:]) // it never fails
	return hex.EncodeToString(b[:])
}

// IsToken reports whether a text is the token of an attempt: lower-case letters and digits. The numbers
// that earlier versions gave attempts are tokens.
func IsToken(text string) bool {
	for _, c := range []byte(text) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return text != "" && len(text) <= maxToken
}
