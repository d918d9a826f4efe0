package sweeps

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"eisweep/sim"
	"eisweep/sweeps/internal/document"
)

// Fault is one thing that is wrong with a sweep: where it is, and how to correct it.
type Fault struct {
	File    string // as it was named; "" if the fault is in no file
	Line    int    // from 1; 0 if the fault has no place in the file
	Column  int    // from 1, in characters
	Text    string // the line, or the part of a long line around the fault
	Indent  int    // characters of Text before the fault
	Width   int    // characters of Text to underline
	Problem string
	Remedy  string
}

// Faults are all faults that were found together, in the order of the file. It is the error
// type for every mistake that a user can make in a sweep.
type Faults struct{ List []Fault }

// Error lists every fault with its line and a caret.
func (f *Faults) Error() string {
	var b strings.Builder
	for i, fault := range f.List {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(fault.String())
	}
	return b.String()
}

// String is the fault as a terminal shows it.
func (f Fault) String() string {
	var b strings.Builder
	if f.File != "" {
		b.WriteString(inLine(f.File) + ":")
	}
	if f.Line > 0 {
		fmt.Fprintf(&b, "%d:%d:", f.Line, f.Column)
	}
	if b.Len() > 0 {
		b.WriteByte(' ')
	}
	b.WriteString(inLine(f.Problem))
	if f.Line > 0 {
		b.WriteString(f.excerpt())
	}
	if f.Remedy != "" {
		b.WriteString("\n      = " + inLine(f.Remedy))
	}
	return b.String()
}

// inLine keeps text in one line; names from a file may contain line breaks.
func inLine(text string) string {
	return strings.NewReplacer("\n", `\n`, "\r", `\r`).Replace(text)
}

// excerpt is the line with the fault underlined.
func (f Fault) excerpt() string {
	indent := []rune(f.Text)[:f.Indent]
	for i, r := range indent {
		if r != '\t' {
			indent[i] = ' '
		}
	}
	return fmt.Sprintf("\n %4d | %s\n      | %s%s", f.Line, f.Text, string(indent), strings.Repeat("^", f.Width))
}

// longestMessage limits the text of a fault, which may contain paths.
const longestMessage = 2000

// maxFaults limits the faults that reading or expanding a file reports.
const maxFaults = 50

// report sorts faults into the order of the file. If there are more, it says so.
func (t *text) report(faults []Fault, more bool) *Faults {
	slices.SortStableFunc(faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	if more {
		faults = append(faults, Fault{File: t.name, Problem: fmt.Sprintf("more than %d faults; the rest are not listed", maxFaults)})
	}
	return &Faults{List: faults}
}

// text is the text that faults point into.
type text struct {
	name  string
	bytes []byte
}

// fault returns a fault at a place; the zero Span is no place.
func (t *text) fault(at document.Span, problem, remedy string) Fault {
	f := Fault{File: t.name, Problem: sim.Shorten(problem, longestMessage), Remedy: sim.Shorten(remedy, longestMessage)}
	if at.End <= at.Start || at.End > len(t.bytes) {
		return f
	}
	start := bytes.LastIndexByte(t.bytes[:at.Start], '\n') + 1
	line := t.bytes[start:]
	if end := bytes.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	line = bytes.TrimRight(line, "\r")
	from := min(at.Start-start, len(line))
	to := max(from, min(at.End-start, len(line)))
	f.Line = 1 + bytes.Count(t.bytes[:at.Start], []byte("\n"))
	f.Column = 1 + utf8.RuneCount(line[:from])
	f.Text, f.Indent, f.Width = around(line, from, to)
	return f
}

// Characters of the longest line that is shown whole, and of a longer line those shown before
// a fault and from it on.
const (
	longestLine = 160
	shownBefore = 30
	shownFrom   = 90
)

// around returns the part of a line that is shown for a fault between two bytes, and how many
// characters precede the fault and belong to it.
func around(line []byte, from, to int) (text string, indent, width int) {
	before, after := line[:from], line[from:]
	if len(line) > longestLine && utf8.RuneCount(line) > longestLine {
		before, after = last(before, shownBefore), first(after, shownFrom)
	}
	width = max(1, utf8.RuneCount(after[:min(to-from, len(after))]))
	begin, end := "", ""
	if len(before) < from {
		begin = "…"
	}
	if from+len(after) < len(line) {
		end = "…"
	}
	return begin + string(before) + string(after) + end, utf8.RuneCountInString(begin) + utf8.RuneCount(before), width
}

// first returns the first characters of a text.
func first(text []byte, characters int) []byte {
	at := 0
	for ; characters > 0 && at < len(text); characters-- {
		_, size := utf8.DecodeRune(text[at:])
		at += size
	}
	return text[:at]
}

// last returns the last characters of a text.
func last(text []byte, characters int) []byte {
	at := len(text)
	for ; characters > 0 && at > 0; characters-- {
		_, size := utf8.DecodeLastRune(text[:at])
		at -= size
	}
	return text[at:]
}
