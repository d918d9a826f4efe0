package display

import (
	"unicode"

	"golang.org/x/text/width"
)

// cells counts the cells that a line takes on a terminal.
func cells(line string) int {
	n := 0
	for _, r := range line {
		n += cellsOf(r)
	}
	return n
}

// cellsOf is 2 for the wide characters of East Asia, 0 for marks upon other characters.
func cellsOf(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// Cut shortens a line to so many cells, so that it takes one line of the screen.
func Cut(line string, most int) string {
	if most < 1 || cells(line) <= most {
		return line
	}
	n := 0
	for at, r := range line {
		if n += cellsOf(r); n > most-1 { // the last is for the sign
			return line[:at] + "…"
		}
	}
	return line
}
