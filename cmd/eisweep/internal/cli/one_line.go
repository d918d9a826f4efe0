package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"strings"
)

// OneLine escapes untrusted text for use within a line: a line break could make it pass for a line of ours.
func OneLine(text string) string { return string(escaped([]byte(breaks.Replace(text)))) }

var breaks = strings.NewReplacer("\n", `\n`, "\r", `\r`, "\v", `\v`, "\f", `\f`)

// oneLineArgs escapes the strings among format arguments. Errors may have several lines, such as the faults of a sweep file.
func oneLineArgs(args []any) []any {
	out := make([]any, len(args))
	for i, arg := range args {
		out[i] = arg
		switch arg := arg.(type) {
		case error, fmt.Stringer, fmt.Formatter:
		case []string:
			words := make([]string, len(arg))
			for j := range arg {
				words[j] = OneLine(arg[j])
			}
			out[i] = words
		default:
			if v := reflect.ValueOf(arg); v.Kind() == reflect.String {
				out[i] = OneLine(v.String())
			}
		}
	}
	return out
}

// textWithPathsOnOneLine is the text of an error with line breaks in file names escaped.
func textWithPathsOnOneLine(err error) string {
	text := err.Error()
	for _, path := range pathsOf(err) {
		if strings.ContainsAny(path, "\n\r\v\f") {
			text = strings.ReplaceAll(text, path, OneLine(path))
		}
	}
	return text
}

// pathsOf returns the file names in an error and in those that it wraps.
func pathsOf(err error) (paths []string) {
	switch e := err.(type) {
	case *fs.PathError:
		paths = append(paths, e.Path)
	case *os.LinkError:
		paths = append(paths, e.Old, e.New)
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range several.Unwrap() {
			paths = append(paths, pathsOf(e)...)
		}
	} else if e := errors.Unwrap(err); e != nil {
		paths = append(paths, pathsOf(e)...)
	}
	return paths
}

// Row formats untrusted cells as a line of a tabwriter table.
func Row(cells ...string) string {
	var b strings.Builder
	for i, cell := range cells {
		if i > 0 {
			b.WriteByte('\t')
		}
		b.WriteString(strings.ReplaceAll(OneLine(cell), "\t", `\t`))
	}
	return b.String()
}
