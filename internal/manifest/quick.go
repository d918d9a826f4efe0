package manifest

import (
	"bytes"
	"strconv"

	"eisweep/sweeps"
)

// quickBrief reads the fields of a Brief from a line that matches its check value, and so is the JSON that a Writer wrote:
// it need not be checked again, which takes most of the time of reading a million lines. It is not ok, and the line
// is left to encoding/json, where the line has something that a Writer does not write, or a string that must be
// decoded.
func quickBrief(text []byte) (l briefLine, ok bool) {
	rest, ok := bytes.CutPrefix(bytes.TrimRight(text, "\r\n"), []byte("{"))
	for ok {
		var key, value []byte
		if key, value, rest, ok = cutField(rest); !ok {
			return l, false
		}
		if ok = l.set(key, value); !ok {
			return l, false
		}
		if string(rest) == "}" {
			return l, true
		}
		rest, ok = bytes.CutPrefix(rest, []byte(","))
	}
	return l, false
}

// set sets a field, if it is one of a brief line.
func (l *briefLine) set(key, value []byte) (ok bool) {
	switch string(key) {
	case "id":
		text, ok := plainString(value)
		id, err := sweeps.ParseID(text)
		l.ID = id
		return ok && err == nil
	case "state":
		text, ok := plainString(value)
		l.State = State(text)
		return ok
	case "class":
		l.Class, ok = plainString(value)
	case "file":
		l.File, ok = plainString(value)
	case "finished":
		l.Finished, ok = plainString(value)
	case "modified":
		l.Modified, ok = plainString(value)
	case "quality":
		return l.Verdict.UnmarshalJSON(value) == nil
	case "run":
		n, err := strconv.Atoi(string(value))
		l.Run = n
		return err == nil && value[0] != '+'
	case "bytes":
		n, err := strconv.ParseInt(string(value), 10, 64)
		l.Bytes = n
		return err == nil && value[0] != '+'
	default:
		return true
	}
	return ok
}

// cutField cuts a name and its value off the rest of an object.
func cutField(text []byte) (key, value, rest []byte, ok bool) {
	if len(text) == 0 || text[0] != '"' {
		return nil, nil, nil, false
	}
	key, rest, ok = bytes.Cut(text[1:], []byte(`":`))
	if !ok || bytes.ContainsFunc(key, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
		return nil, nil, nil, false
	}
	n := valueLength(rest)
	return key, rest[:n], rest[n:], n > 0
}

// valueLength is the length of the JSON value that a text begins with; 0 if it doesn't end.
func valueLength(text []byte) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			n := stringLength(text[i:])
			if n == 0 {
				return 0
			}
			i += n - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth < 0 {
				return i
			}
		case ',':
			if depth == 0 {
				return i
			}
		}
	}
	return 0
}

// stringLength is the length of the JSON string that a text begins with, with its quotes; 0 if it doesn't end.
func stringLength(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return 0
}

// plainString is the text of a JSON string of ASCII without escapes.
func plainString(value []byte) (string, bool) {
	if len(value) < 2 || value[0] != '"' || value[len(value)-1] != '"' {
		return "", false
	}
	text := value[1 : len(value)-1]
	for _, c := range text {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			return "", false
		}
	}
	return string(text), true
}
