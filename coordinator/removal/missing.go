package removal

import (
	"fmt"
	"time"

	"eisweep/internal/control"
	"eisweep/internal/root"
)

// Missing refuses a name that is not among the sweeps that a root is known to have. It says where the sweep was archived, if it was.
func Missing(r *root.Root, name string, known []string) *control.Refusal {
	note := Note(r, name)
	if note == nil {
		return control.UnknownSweep(r.Path(), name, known)
	}
	by := ""
	if note.User != "" {
		by = " by " + note.User
	}
	return &control.Refusal{Kind: control.Unknown, Text: fmt.Sprintf("sweep %s was archived on %s%s to %s (%s); to have it back: "+
		"eisweep unpack %s --to %s", name, note.At.Local().Format(time.DateTime), by, note.File, note.Host, control.ShellQuote(note.File),
		control.ShellQuote(r.Path()))}
}
