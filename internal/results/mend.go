package results

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"eisweep/internal/folder"
)

// MendManifest keeps a manifest that ReadManifest cannot read under another name,
// manifest.damaged.N.jsonl beside it, and makes it anew from its lines that can be
// read. The damage is nil, and nothing was done, when it can be read as it is.
func MendManifest(path string) (kept string, damage, err error) {
	for _, err := range ReadManifest(path) {
		damage = err
	}
	if damage == nil || !errors.Is(damage, ErrDamagedManifest) {
		return "", nil, damage
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", nil, fmt.Errorf("read manifest: %w", err)
	}
	if kept, err = keepManifest(filepath.Dir(path), text); err != nil {
		return "", nil, fmt.Errorf("keep damaged manifest: %w", err)
	}
	if err := replaceManifest(path, readable(text)); err != nil {
		return "", nil, fmt.Errorf("write manifest anew: %w", err)
	}
	return kept, damage, nil
}

// readable returns those of a manifest's lines that can be read.
func readable(text []byte) []byte {
	var out []byte
	for line := range bytes.Lines(text) {
		if _, err := parseLine(line); err == nil && bytes.HasSuffix(line, []byte("\n")) {
			out = append(out, line...)
		}
	}
	return out
}

// keepManifest writes a damaged manifest under a name that is free.
func keepManifest(dir string, text []byte) (string, error) {
	for n := 1; ; n++ {
		kept := filepath.Join(dir, fmt.Sprintf("manifest.damaged.%d.jsonl", n))
		f, err := os.OpenFile(kept, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		_, err = f.Write(text)
		return kept, errors.Join(err, f.Sync(), f.Close())
	}
}

// replaceManifest writes a manifest whole: either the old or the new one is there.
func replaceManifest(path string, text []byte) error {
	temp := path + ".being-written"
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return folder.Sync(filepath.Dir(path))
}
