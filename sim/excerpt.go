package sim

import "unicode/utf8"

// maxQuote is how many characters of a user's text an error message repeats.
const maxQuote = 80

// Excerpt returns a text as error messages quote it: whole, or only its beginning and end
// if it is long.
func Excerpt(text string) string { return Shorten(text, maxQuote) }

// Shorten returns a text of at most that many characters, with … in place of the middle if
// it is longer.
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
