package protocol

import (
	"crypto/rand"
	"encoding/hex"
)

// tokenBytes is how many random bytes a token has.
const tokenBytes = 8

// maxToken bounds a token's length.
const maxToken = 32

// NewToken makes a token, which distinguishes an attempt from all others of its task. The names of the
// attempt's files contain it.
func NewToken() string {
	var b [tokenBytes]byte
	_, _ = rand.Read(b[:]) // it never fails
	return hex.EncodeToString(b[:])
}

// IsToken reports whether a text can be the token of an attempt: lower-case letters and digits. The numbers
// that earlier versions gave attempts are valid tokens.
func IsToken(text string) bool {
	for _, c := range []byte(text) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return text != "" && len(text) <= maxToken
}
