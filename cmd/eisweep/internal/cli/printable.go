package cli

import (
	"fmt"
	"io"
	"strconv"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

// printable passes text on to a terminal, a file or a pipe, and escapes whatever could
// control the terminal that shows it: C0 and C1 control characters, DEL, directional and
// other invisible characters, bytes that are not UTF-8. Tabs and newlines pass. Sweep
// files, manifests, logs and messages come from others, so everything that a command
// prints goes through it; only sequences of our own go around it (environment.raw).
//
// A character is escaped as JSON does it (\u001b), so that JSON stays what it means. It
// is safe for concurrent use.
type printable struct {
	to io.Writer

	mu   sync.Mutex
	rest []byte // the start of a character whose other bytes have not been written yet
}

// Write passes the text on, all but the start of a character at its end.
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

// flush passes on what was held back: the output ends here.
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

// unfinished counts the bytes at the end of text that begin a character.
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

// escaped is text as it may be shown.
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

// shown says that a character may be shown. Joiners are invisible, but belong to words
// and change nothing around them.
func shown(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	return r == '\n' || r == '\t' || r == nonJoiner || r == joiner || strconv.IsGraphic(r)
}
