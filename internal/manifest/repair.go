package manifest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"eisweep/internal/atomicfile"
)

// Repair keeps a manifest that Read cannot read under another name, manifest.damaged.N.jsonl in the same directory, and
// writes a new one from its readable lines. The damage is nil, and nothing was done, when the manifest can be read.
func Repair(path string) (kept string, damage, err error) {
	for _, err := range Read(path) {
		damage = err
	}
	if damage == nil || !errors.Is(damage, ErrDamaged) {
		return "", nil, damage
	}
	f, err := atomicfile.Open(path)
	if err != nil {
		return "", nil, fmt.Errorf("read manifest: %w", err)
	}
	defer f.Close()
	if kept, err = keepManifest(filepath.Dir(path), f); err != nil {
		return "", nil, fmt.Errorf("keep damaged manifest: %w", err)
	}
	if err := rewrite(path, f); err != nil {
		return "", nil, fmt.Errorf("write new manifest: %w", err)
	}
	return kept, damage, nil
}

// keepManifest writes a damaged manifest under a name that is free, durably.
func keepManifest(dir string, damaged io.ReadSeeker) (string, error) {
	for n := 1; ; n++ {
		kept := filepath.Join(dir, fmt.Sprintf("manifest.damaged.%d.jsonl", n))
		if _, err := os.Lstat(kept); err == nil {
			continue
		}
		err := writeNew(kept, damaged, (*atomicfile.Draft).CommitNew, func(to io.Writer, from io.Reader) error {
			_, err := io.Copy(to, from)
			return err
		})
		if !errors.Is(err, fs.ErrExist) {
			return kept, err
		}
	}
}

// rewrite replaces a damaged manifest with its readable lines.
func rewrite(path string, damaged io.ReadSeeker) error {
	return writeNew(path, damaged, (*atomicfile.Draft).Commit, copyReadable)
}

// writeNew writes a file from a damaged manifest, which may be too large for memory.
func writeNew(path string, damaged io.ReadSeeker, commit func(*atomicfile.Draft) error, copied func(io.Writer, io.Reader) error) error {
	if _, err := damaged.Seek(0, io.SeekStart); err != nil {
		return err
	}
	d, err := atomicfile.Create(path, 0o644)
	if err != nil {
		return err
	}
	if err := copied(d, damaged); err != nil {
		return errors.Join(err, d.Discard())
	}
	return commit(d)
}

// copyReadable copies the readable lines.
func copyReadable(to io.Writer, from io.Reader) error {
	out := bufio.NewWriter(to)
	for in := bufio.NewReaderSize(from, 64<<10); ; {
		text, err := readText(in)
		switch {
		case err == io.EOF:
			return out.Flush()
		case errors.Is(err, ErrDamaged):
			continue
		case err != nil:
			return err
		}
		if _, err := parseLine(text); err == nil {
			_, _ = out.Write(text) // Flush returns its error
		}
	}
}
