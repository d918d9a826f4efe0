package manifest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"

	"eisweep/internal/atomicfile"
)

// PlacedLine is a line, and where the line after it begins in the file.
type PlacedLine struct {
	Line
	End int64
}

// ReadFrom is Read from the line that begins at an offset, for a reader who knows the lines before.
func ReadFrom(path string, from int64) iter.Seq2[PlacedLine, error] {
	return func(yield func(PlacedLine, error) bool) {
		f, err := atomicfile.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		if err == nil {
			defer f.Close()
			_, err = f.Seek(from, io.SeekStart)
		}
		if err != nil {
			yield(PlacedLine{}, fmt.Errorf("read manifest: %w", err))
			return
		}
		end := from
		place := func(text []byte) (PlacedLine, error) {
			line, err := parseLine(text)
			end += int64(len(text))
			return PlacedLine{line, end}, err
		}
		for line, err := range parsed(f, place) {
			if err != nil {
				err = &fs.PathError{Op: "read manifest", Path: path, Err: err}
			}
			if !yield(line, err) || err != nil {
				return
			}
		}
	}
}
