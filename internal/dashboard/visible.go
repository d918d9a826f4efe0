package dashboard

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// visible makes the invisible characters in the texts of encoded JSON visible, as the commands do: control characters, and those that
// change the direction of text, become texts such as \u202e. Names, messages and logs are untrusted: on the page they could imitate what
// the program says. Line breaks and tabs stay.
func visible(text []byte) []byte {
	at := nextInvisible(text, 0)
	if at == len(text) {
		return text
	}
	out := make([]byte, 0, len(text)+64)
	for begin := 0; ; at = nextInvisible(text, begin) {
		out = append(out, text[begin:at]...)
		if begin = at; begin == len(text) {
			return out
		}
		out = append(out, `\\`...) // a backslash in the text
		if text[at] == '\\' {
			begin++
			continue
		}
		r, size := utf8.DecodeRune(text[at:])
		digits := strconv.FormatInt(int64(r), 16)
		out = append(append(append(out, 'u'), "0000"[min(4, len(digits)):]...), digits...)
		begin += size
	}
}

// nextInvisible is where the next invisible character or the escape of one begins; the length of the text if there is none.
func nextInvisible(text []byte, at int) int {
	for at < len(text) {
		switch c := text[at]; {
		case c == '\\' && isInvisibleEscape(text[at:]):
			return at
		case c == '\\':
			at += 2
		case c < utf8.RuneSelf && c != 0x7f:
			at++
		default:
			r, size := utf8.DecodeRune(text[at:])
			if !isVisible(r) {
				return at
			}
			at += size
		}
	}
	return len(text)
}

// isInvisibleEscape reports whether an escape stands for an invisible character.
func isInvisibleEscape(text []byte) bool {
	if len(text) < 2 || text[1] != 'u' {
		return len(text) >= 2 && bytes.IndexByte([]byte("rbf"), text[1]) >= 0
	}
	code, err := strconv.ParseUint(string(text[2:min(6, len(text))]), 16, 16)
	return err == nil && !isVisible(rune(code))
}

// isVisible reports whether a character may be shown. Joiners are part of words and change nothing around them.
func isVisible(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	return r == nonJoiner || r == joiner || strconv.IsGraphic(r)
}
