package results

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"eisweep/internal/atomicfile"
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
	text, err := readWhole(path)
	if err != nil {
		return "", nil, fmt.Errorf("read manifest: %w", err)
	}
	if kept, err = keepManifest(filepath.Dir(path), text); err != nil {
		return "", nil, fmt.Errorf("keep damaged manifest: %w", err)
	}
	if err := atomicfile.Write(path, readable(text), 0o644); err != nil {
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

// keepManifest writes a damaged manifest under a name that is free, durably.
func keepManifest(dir string, text []byte) (string, error) {
	for n := 1; ; n++ {
		kept := filepath.Join(dir, fmt.Sprintf("manifest.damaged.%d.jsonl", n))
		if err := atomicfile.WriteNew(kept, text, 0o644); !errors.Is(err, fs.ErrExist) {
			return kept, err
		}
	}
}

// readWhole reads a manifest of any size.
func readWhole(path string) ([]byte, error) {
	f, err := atomicfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}
