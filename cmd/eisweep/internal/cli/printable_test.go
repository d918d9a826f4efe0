package cli

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// controls is text that would clear the screen, set the window's title, colour the rest,
// reverse its order, hide it, and begin a line of its own.
const controls = "a\x1b[2J\x1b]0;t\x07\u009b31m\x7f\u202eb\u2066c\u2028\xff\x9bd\r\b\u200b\U000e0041é日本👍\n" + `eisweep: all is well`

// invisible are characters that change the direction of text, or separate it, without being seen.
const invisible = "\u061c\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"

// checkHarmless fails if a terminal could take anything in text for a command.
func checkHarmless(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Errorf("not UTF-8: %q", text)
	}
	for _, r := range text {
		isControl := r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0
		if isControl || strings.ContainsRune(invisible, r) || r >= 0xe0000 {
			t.Errorf("%U reaches the terminal: %q", r, text)
		}
	}
}

func TestNothingButTextReachesTheTerminal(t *testing.T) {
	var out bytes.Buffer
	p := &printable{to: &out}
	if n, err := p.Write([]byte(controls)); n != len(controls) || err != nil {
		t.Fatalf("%d bytes written, %v", n, err)
	}
	want := `a\u001b[2J\u001b]0;t\u0007\u009b31m\u007f\u202eb\u2066c\u2028\xff\x9bd\u000d\u0008\u200b\udb40\udc41é日本👍` +
		"\neisweep: all is well"
	if out.String() != want {
		t.Errorf("shown:\n%s\nwant:\n%s", &out, want)
	}
	checkHarmless(t, out.String())
}

// TestCharactersMayComeInParts writes byte by byte, as buffers that are full do.
func TestCharactersMayComeInParts(t *testing.T) {
	var whole, parts bytes.Buffer
	if _, err := (&printable{to: &whole}).Write([]byte(controls)); err != nil {
		t.Fatal(err)
	}
	p := &printable{to: &parts}
	for _, b := range []byte(controls + "\xe2\x80") {
		if n, err := p.Write([]byte{b}); n != 1 || err != nil {
			t.Fatalf("%d bytes written, %v", n, err)
		}
	}
	if err := p.flush(); err != nil {
		t.Fatal(err)
	}
	if want := whole.String() + `\xe2\x80`; parts.String() != want {
		t.Errorf("shown:\n%s\nwant:\n%s", &parts, want)
	}
}

// TestJSONKeepsItsMeaning has the encoder's output pass: what JSON allows in strings and
// terminals act upon is escaped, and means the same.
func TestJSONKeepsItsMeaning(t *testing.T) {
	var out bytes.Buffer
	e := &Env{Stdout: &printable{to: &out}}
	const text = "a\x1b\u009b\x7f\u202e\U000e0041\u2028é日\n"
	if err := e.Encoder().Encode(map[string]string{text: text}); err != nil {
		t.Fatal(err)
	}
	checkHarmless(t, out.String())
	var back map[string]string
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || back[text] != text {
		t.Errorf("%s reads as %q, %v", &out, back, err)
	}
}
