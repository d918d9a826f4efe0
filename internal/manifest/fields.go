package manifest

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"

	"eisweep/internal/atomicfile"
)

// fields are the names that a line may have, and those that every line has, as versions
// before check values wrote them.
var fields = sync.OnceValues(func() (known, always map[string]bool) {
	known, always = map[string]bool{"started": true, "finished": true, "modified": true}, map[string]bool{}
	t := reflect.TypeFor[plainLine]()
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		known[name] = true
		if options == "" {
			always[name] = true
		}
	}
	return known, always
})

// DoubtfulLines describes the lines of a manifest without a check value that have fields which no version without check values
// wrote, or lack fields which all of them wrote: Read reads these lines, but bits may have been flipped in them.
func DoubtfulLines(path string) ([]string, error) {
	f, err := atomicfile.Open(path)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	defer f.Close()
	var out []string
	number := 0
	for text, err := range texts(f) {
		if err != nil {
			return out, &fs.PathError{Op: "read manifest", Path: path, Err: err}
		}
		number++
		if doubt := doubtOf(text); doubt != "" {
			out = append(out, fmt.Sprintf("line %d %s", number, doubt))
		}
	}
	return out, nil
}

func doubtOf(text []byte) string {
	var has map[string]json.RawMessage
	if err := json.Unmarshal(text, &has); err != nil || has["check"] != nil {
		return ""
	}
	known, always := fields()
	var odd, missing []string
	for name := range has {
		if !known[name] {
			odd = append(odd, fmt.Sprintf("%q", name))
		}
	}
	for name := range always {
		if has[name] == nil {
			missing = append(missing, fmt.Sprintf("%q", name))
		}
	}
	slices.Sort(odd)
	slices.Sort(missing)
	switch {
	case odd == nil && missing == nil:
		return ""
	case missing == nil:
		return "has the unknown field " + strings.Join(odd, ", ")
	case odd == nil:
		return "lacks the field " + strings.Join(missing, ", ")
	default:
		return "lacks the field " + strings.Join(missing, ", ") + " and has the unknown field " + strings.Join(odd, ", ")
	}
}
