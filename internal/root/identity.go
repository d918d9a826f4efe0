package root

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"

	"eisweep/internal/atomicfile"
)

// identity is what root.json holds.
type identity struct {
	Format int    `json:"format"` // 1
	ID     string `json:"id"`
}

var rootID = regexp.MustCompile(`^[a-z0-9]{12}$`)

// ErrIdentity is wrapped by the errors of a root.json that does not contain the root's id.
var ErrIdentity = errors.New("the root has no id that this program can read")

func identityFile(root string) string { return filepath.Join(root, private, "root.json") }

func readIdentity(root string, owners ...int) (string, error) {
	name := identityFile(root)
	f, err := openTrusted(name, os.O_RDONLY, owners...)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxIdentity))
	if err != nil {
		return "", fmt.Errorf("read root's id: %w", err)
	}
	var id identity
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&id); err != nil {
		return "", fmt.Errorf("read root's id: %s is damaged (%v); remove the file to have a new id, when nothing is running: %w",
			name, err, ErrIdentity)
	}
	if id.Format != 1 {
		return "", fmt.Errorf("read root's id: %s is of format %d, this program knows format 1: use the version that made it: %w",
			name, id.Format, ErrIdentity)
	}
	if !rootID.MatchString(id.ID) {
		return "", fmt.Errorf("read root's id: %s: id %q is not 12 of a-z and 0-9; remove the file to have a "+
			"new id, when nothing is running: %w", name, id.ID, ErrIdentity)
	}
	return id.ID, nil
}

// maxIdentity is the most bytes that are read of root.json.
const maxIdentity = 1 << 16

// makeIdentity gives the root an id. Of several programs that do so at once one
// prevails and all return its id.
func makeIdentity(root string) (string, error) {
	text, err := json.Marshal(identity{Format: 1, ID: newID()})
	if err != nil {
		return "", fmt.Errorf("make root's id: %w", err)
	}
	err = atomicfile.WriteNew(identityFile(root), append(text, '\n'), 0o600)
	id, readErr := readIdentity(root)
	if readErr != nil {
		return "", errors.Join(wrapped("make root's id", err), readErr)
	}
	// Another's id, and its name may not be durable yet.
	if err := atomicfile.SyncDir(filepath.Join(root, private)); err != nil {
		return "", fmt.Errorf("make root's id: %w", err)
	}
	return id, nil
}

func wrapped(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

func newID() string {
	const letters = "abcdefghijklmnopqrstuvwxyz234567" // 32 of them: every byte is used evenly
	b := make([]byte, 12)
	rand.Read(b)
	for i := range b {
		b[i] = letters[b[i]%32]
	}
	return string(b)
}
