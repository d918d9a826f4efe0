package coordinator

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"eisweep/internal/atomicfile"
	"eisweep/internal/root"
)

// maxText bounds what is read of a record, in bytes. A task that is rerun takes some 45 of its
// sweep's stand.
const maxText = 1 << 30

// errOtherBytes is the error of a file that has other bytes than when it was looked at.
var errOtherBytes = errors.New("it changed while it was being copied; launch again")

// linkOrCopy gives a file of this SHA-256 a second name, or copies it where the file
// system has no hard links, or the file is one that another user could change later. Whatever is done is done to the
// file that is opened first, even if another takes its name. The error is os.ErrExist when the name is taken.
func linkOrCopy(from, to, sha256 string) error {
	f, err := atomicfile.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !atomicfile.IsPrivate(info) {
		return copyTo(f, to, sha256)
	}
	if others, err := othersWrite(filepath.Dir(from)); err != nil {
		return err
	} else if others { // who could have put another file of this user's there since it was looked at
		if err := copyBytes(io.Discard, f, sha256); err != nil {
			return err
		}
	}
	err = atomicfile.Link(f, to)
	if atomicfile.HasNoLinks(err) {
		return copyTo(f, to, sha256)
	}
	return err
}

// othersWrite says whether other users may give files names in a folder.
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
	draft, err := draftOf(from, to, sha256)
	if err != nil {
		return err
	}
	return draft.CommitNew()
}

// copyInput copies an outside file to where workers find it, unless it is there,
// and makes sure that it still is the file that was looked at. The copy, which nobody else can change, is probed: its
// owner could have changed the file while it was probed before, and workers read the copy as it is.
func copyInput(ctx context.Context, p Prober, from, to, sha256 string) error {
	same, err := isCopy(to, sha256)
	if same || err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	f, err := atomicfile.OpenLinked(from)
	if err != nil {
		return err
	}
	defer f.Close()
	draft, err := draftOf(f, to, sha256)
	if err != nil {
		return err
	}
	if _, err = p.Probe(ctx, draft.Name()); err == nil {
		err = root.Share(draft.File)
	}
	if err != nil {
		return errors.Join(err, draft.Discard())
	}
	return draft.Commit()
}

// isCopy tells whether a path is a file, no link or folder, of this SHA-256; nothing says how large it should be.
func isCopy(path, sha256 string) (bool, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return false, err
	}
	return isResult(path, identity{sha256, info.Size()})
}

// draftOf copies an open file of this SHA-256 to a draft of another.
func draftOf(from *os.File, to, sha256 string) (*atomicfile.Draft, error) {
	draft, err := atomicfile.Create(to, 0o644)
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
		return fmt.Errorf("%s: %w", from.Name(), errOtherBytes)
	}
	return nil
}

// writeFile replaces a small file whole and durably.
func writeFile(path string, text []byte) error { return atomicfile.Write(path, text, 0o644) }
