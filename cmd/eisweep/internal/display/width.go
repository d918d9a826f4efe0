package display

import "github.com/mattn/go-runewidth"

// terminal measures characters as terminals draw them outside of East Asian locales, whatever locale the program runs in, so
// that the same output has the same form everywhere.
var terminal = &runewidth.Condition{StrictEmojiNeutral: true}

// cells is the number of terminal cells that a line takes.
func cells(line string) int { return terminal.StringWidth(line) }

// Cut shortens a line to at most so many cells, so that it takes one line of the screen.
func Cut(line string, most int) string {
	if most < 1 {
		return line
	}
	return terminal.Truncate(line, most, "…")
}
