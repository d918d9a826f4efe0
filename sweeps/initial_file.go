package sweeps

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"eisweep/sim"
	"eisweep/sweeps/internal/document"
)

// weightNames are the matrices that a training can take from a file.
var weightNames = []string{"wee", "wei", "wie", "wii"}

const initialForm = `write initial_state = { file = "FILE.h5", take = ["wee", "wei", "wie", "wii"] }`

// readInitial reads initial_state. Without take all four matrices are taken.
func (r *reader) readInitial(n *document.Node) {
	if !n.IsTable() {
		r.fail(n.Place(), "initial_state must be a table", initialForm)
		return
	}
	initial := &initialFile{take: weightNames}
	for _, f := range n.Fields {
		switch f.Name {
		case "file":
			initial.path = r.path(f)
		case "take":
			initial.take = r.take(f)
		default:
			r.fail(f.Key, "unknown key "+sim.Excerpt(f.Name)+" in initial_state", initialForm)
		}
	}
	if n.Field("file") == nil {
		r.fail(n.Place(), "initial_state names no file", initialForm)
	}
	r.sweep.initial = initial
}

// path reads the path of a file, relative to the directory of the sweep file.
func (r *reader) path(n *document.Node) string {
	word, ok := r.word(n, n.Name)
	if !ok {
		return ""
	}
	path, err := absolute(word, filepath.Dir(r.text.name))
	if err != nil || word == "" {
		r.fail(n.Place(), fmt.Sprintf("%q is not a path", sim.Excerpt(word)), initialForm)
	}
	return path
}

// take reads which matrices to take, and returns them in their fixed order.
func (r *reader) take(n *document.Node) []string {
	if len(n.Items) == 0 {
		r.fail(n.Place(), "take must be a list of weights", "legal: "+strings.Join(weightNames, ", "))
	}
	var names []string
	for _, item := range n.Items {
		if r.full() {
			break
		}
		name, _ := item.Data.(string)
		if !slices.Contains(weightNames, name) {
			r.fail(item.Place(), "take must name weights", "legal: "+strings.Join(weightNames, ", "))
		} else if slices.Contains(names, name) {
			r.fail(item.Place(), name+" appears twice in take", "remove one")
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
