package atomicfile

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// ErrOtherBytes is wrapped when a file no longer has the bytes that it had when it was hashed.
var ErrOtherBytes = errors.New("it changed while it was being copied; launch again")

// LinkOrCopy gives a file with this SHA-256 (hex) a second name. It copies the file where the file system has no hard
// links, and where another user could change the file later. It links or copies the file that it opens first, even if
// another file takes its name meanwhile. The error wraps fs.ErrExist when the name is taken, and ErrOtherBytes when the
// file has another SHA-256, which is not checked where nobody else could have replaced it.
func LinkOrCopy(from, to, sha256 string) error {
	f, err := Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !IsPrivate(info) {
		return copyTo(f, to, sha256)
	}
	if others, err := othersWrite(filepath.Dir(from)); err != nil {
		return err
	} else if others { // who could have put another file of this user's there since it was looked at
		if err := copyBytes(io.Discard, f, sha256); err != nil {
			return err
		}
	}
	err = Link(f, to)
	if HasNoLinks(err) {
		return copyTo(f, to, sha256)
	}
	return err
}

// othersWrite reports whether other users may create names in a directory.
func othersWrite(dir string) (bool, error) {
	info, err := os.Stat(dir)
	return err == nil && info.Mode().Perm()&0o022 != 0, err
}

// copyTo copies an open file of this SHA-256 under a name that must be free. Half a copy,
// or one of other bytes, never has the name.
func copyTo(from *os.File, to, sha256 string) error {
	if _, err := os.Lstat(to); err == nil {
		return os.ErrExist
	}
	draft, err := CopyDraft(from, to, sha256)
	if err != nil {
		return err
	}
	return draft.CommitNew()
}

// CopyDraft copies an open file with this SHA-256 (hex) to a draft of the file to. The error wraps ErrOtherBytes when
// the file has another one. The caller commits or discards the draft.
func CopyDraft(from *os.File, to, sha256 string) (*Draft, error) {
	draft, err := Create(to, 0o644)
	if err != nil {
		return nil, err
	}
	if err := copyBytes(draft, from, sha256); err != nil {
		return nil, errors.Join(err, draft.Discard())
	}
	return draft, nil
}

// copyBytes copies an open file, as long as it is now, and refuses one of another SHA-256.
func copyBytes(to io.Writer, from *os.File, want string) error {
	info, err := from.Stat()
	if err != nil {
		return err
	}
	hash := sha256.New()
	if _, err := io.Copy(io.MultiWriter(to, hash), io.NewSectionReader(from, 0, info.Size())); err != nil {
		return err
	}
	if hex.EncodeToString(hash.Sum(nil)) != want {
		return fmt.Errorf("%s: %w", from.Name(), ErrOtherBytes)
	}
	return nil
}
