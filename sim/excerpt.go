package sim

import "unicode/utf8"

// longestQuote is how many characters of a person's text an error repeats.
const longestQuote = 80

// Excerpt returns a text as an error quotes it: whole, or its beginning and its end if it
// is long.
func Excerpt(text string) string { return Shorten(text, longestQuote) }

// Shorten returns a text of at most that many characters, with … in place of what is left
// out of the middle.
func Shorten(text string, characters int) string {
	if len(text) <= characters || utf8.RuneCountInString(text) <= characters {
		return text
	}
	head, tail := 0, len(text)
	for range characters * 2 / 3 {
		_, size := utf8.DecodeRuneInString(text[head:])
		head += size
	}
	for range characters - 1 - characters*2/3 {
		_, size := utf8.DecodeLastRuneInString(text[:tail])
		tail -= size
	}
	return text[:head] + "…" + text[tail:]
}
