package sweeps

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"eisweep/sim"
)

//go:embed *.toml
var shipped embed.FS

// Shipped lists the names of the sweep files that come with the program.
func Shipped() []string {
	entries, err := fs.ReadDir(shipped, ".")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".toml"))
	}
	slices.Sort(names)
	return names
}

// notShipped is the error of a name that no shipped sweep has. It wraps fs.ErrNotExist.
type notShipped string

func (name notShipped) Error() string {
	return fmt.Sprintf("no sweep named %q is shipped (there are %s)", sim.Excerpt(string(name)), strings.Join(Shipped(), ", "))
}

func (notShipped) Unwrap() error { return fs.ErrNotExist }

// ReadShipped returns the text of a shipped sweep file. The error wraps
// fs.ErrNotExist and names those that there are.
func ReadShipped(name string) ([]byte, error) {
	content, err := shipped.ReadFile(name + ".toml")
	if err != nil {
		return nil, notShipped(name)
	}
	return content, nil
}
