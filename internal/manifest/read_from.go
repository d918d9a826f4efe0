package manifest

import (
	"io"
	"iter"
)

// PlacedLine is a line, and where the line after it begins in the file.
type PlacedLine struct {
	Line
	End int64
}

// ReadFrom is Read from the line that begins at an offset, for a reader who knows the lines before.
func ReadFrom(path string, from int64) iter.Seq2[PlacedLine, error] {
	return readFile(path, from, func(r io.Reader) iter.Seq2[PlacedLine, error] {
		end := from
		return parsed(r, func(text []byte) (PlacedLine, error) {
			line, err := parseLine(text)
			end += int64(len(text))
			return PlacedLine{line, end}, err
		})
	})
}
