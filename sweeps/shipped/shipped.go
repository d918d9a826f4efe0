package shipped

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"eisweep/sim"
)

//go:embed *.toml
var files embed.FS

// Names lists the shipped sweeps in alphabetical order.
func Names() []string {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		panic(err) // the directory is part of the program
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".toml"))
	}
	return names
}

// unknownName is the error for a name that no shipped sweep has. It wraps fs.ErrNotExist.
type unknownName string

func (name unknownName) Error() string {
	return fmt.Sprintf("no shipped sweep is named %q (there are %s)", sim.Excerpt(string(name)), strings.Join(Names(), ", "))
}

func (unknownName) Unwrap() error { return fs.ErrNotExist }

// Read returns the text of a shipped sweep file. The error wraps fs.ErrNotExist and
// lists the names that exist.
func Read(name string) ([]byte, error) {
	content, err := files.ReadFile(name + ".toml")
	if err != nil {
		return nil, unknownName(name)
	}
	return content, nil
}
