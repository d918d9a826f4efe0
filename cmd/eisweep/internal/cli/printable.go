package cli

import (
	"fmt"
	"io"
	"strconv"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

// printable escapes whatever could control a terminal: C0 and C1 control characters, DEL, directional and other invisible
// characters, and bytes that are not UTF-8. Tabs and newlines pass. Sweep files, manifests, logs and messages are untrusted, so
// everything that a command prints passes through it, except cursor movements of our own (Env.Raw).
//
// It escapes as JSON does (\u001b), so that JSON keeps its meaning. It is safe for concurrent use.
type printable struct {
	to io.Writer

	mu   sync.Mutex
	rest []byte // the start of a character whose other bytes have not been written yet
}

// Write writes the text, except an incomplete character at its end.
func (p *printable) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	whole := text
	if len(p.rest) > 0 {
		whole = append(p.rest, text...)
	}
	end := len(whole) - unfinished(whole)
	_, err := p.to.Write(escaped(whole[:end]))
	p.rest = append([]byte(nil), whole[end:]...)
	if err != nil {
		return 0, err
	}
	return len(text), nil
}

// flush writes an incomplete character at the end of the output.
func (p *printable) flush() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.rest) == 0 {
		return nil
	}
	_, err := p.to.Write(escaped(p.rest))
	p.rest = nil
	return err
}

// unfinished is the number of bytes at the end of text that begin an incomplete character.
func unfinished(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if last := text[len(text)-n:]; utf8.RuneStart(last[0]) {
			if utf8.FullRune(last) {
				return 0
			}
			return n
		}
	}
	return 0
}

// escaped returns text with control characters escaped.
func escaped(text []byte) []byte {
	clean := 0 // bytes at the start that may be shown as they are
	for clean < len(text) {
		r, size := utf8.DecodeRune(text[clean:])
		if !shown(r) || r == utf8.RuneError && size == 1 {
			break
		}
		clean += size
	}
	if clean == len(text) {
		return text
	}
	out := append(make([]byte, 0, len(text)+16), text[:clean]...)
	for rest := text[clean:]; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && size == 1:
			out = fmt.Appendf(out, `\x%02x`, rest[0])
		case shown(r):
			out = append(out, rest[:size]...)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		rest = rest[size:]
	}
	return out
}

// shown reports whether a character may be shown. Joiners are invisible, but are part of words and change nothing around them.
func shown(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	return r == '\n' || r == '\t' || r == nonJoiner || r == joiner || strconv.IsGraphic(r)
}
