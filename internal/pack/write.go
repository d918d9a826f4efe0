package pack

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/zstd"

	"eisweep/internal/atomicfile"
	"eisweep/internal/manifest"
	"eisweep/sweeps"
)

// windowSize is how far back the compression looks, and what a reader needs at least as memory.
const windowSize = 8 << 20

// Write packs sweeps. The bytes depend only on the sweeps. If a result is missing or does not match its manifest line, the error is
// an *fs.PathError.
func Write(ctx context.Context, to io.Writer, list []*Sweep) error {
	compressed, err := zstd.NewWriter(to, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithWindowSize(windowSize),
		zstd.WithEncoderConcurrency(1))
	if err != nil {
		return fmt.Errorf("pack: %w", err)
	}
	w := &writer{ctx: ctx, out: tar.NewWriter(compressed)}
	for _, s := range list {
		if err := w.sweep(s); err != nil {
			return errors.Join(err, compressed.Close())
		}
	}
	if err := errors.Join(w.out.Close(), compressed.Close()); err != nil {
		return fmt.Errorf("pack: %w", err)
	}
	return nil
}

type writer struct {
	ctx context.Context
	out *tar.Writer
}

func (w *writer) sweep(s *Sweep) error {
	if err := w.manifest(s); err != nil {
		return err
	}
	path := filepath.Join(s.dir, launchName)
	text, err := atomicfile.Read(path, sweeps.MaxFile)
	if err == nil {
		if err = w.header(s.Name, launchName, int64(len(text)), s.finished()); err == nil {
			_, err = w.out.Write(text)
		}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("pack %s: %w", path, err)
	}
	for i := range s.files {
		if err := w.result(s, &s.files[i]); err != nil {
			return err
		}
	}
	return nil
}

// manifest packs the lines of a sweep's manifest.
func (w *writer) manifest(s *Sweep) error {
	path := filepath.Join(s.dir, manifestName)
	f, err := atomicfile.Open(path)
	if err != nil {
		return fmt.Errorf("pack: %w", err)
	}
	defer f.Close()
	err = w.header(s.Name, manifestName, s.size(), s.finished())
	for _, l := range s.lines {
		if err == nil {
			_, err = io.Copy(w.out, io.NewSectionReader(f, l.begin, l.end-l.begin))
		}
	}
	if err != nil {
		return fmt.Errorf("pack %s: %w", path, err)
	}
	return nil
}

func (w *writer) header(sweep, file string, size int64, at time.Time) error {
	return w.out.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: sweep + "/" + file, Size: size, Mode: 0o644, ModTime: at.UTC(),
		Format: tar.FormatPAX})
}

// result packs a result, and hashes what it packs.
func (w *writer) result(s *Sweep, l *manifest.Line) error {
	path := filepath.Join(s.dir, l.File)
	if err := w.ctx.Err(); err != nil {
		return err
	}
	f, err := atomicfile.Open(path)
	if err != nil {
		return fmt.Errorf("pack: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("pack: %w", err)
	}
	if info.Size() != l.Bytes {
		return altered(path, fmt.Sprintf("it has %d bytes, but the manifest says %d", info.Size(), l.Bytes))
	}
	if err := w.header(s.Name, l.File, l.Bytes, modified(l)); err != nil {
		return fmt.Errorf("pack %s: %w", path, err)
	}
	hash := sha256.New()
	if _, err := io.Copy(io.MultiWriter(w.out, hash), io.LimitReader(f, l.Bytes)); err != nil {
		return fmt.Errorf("pack %s: %w", path, err)
	}
	if hex.EncodeToString(hash.Sum(nil)) != l.SHA256 {
		return altered(path, "its SHA-256 differs from the manifest")
	}
	return nil
}

// altered is the error of a result that is not what its line says.
func altered(path, how string) error {
	return &fs.PathError{Op: "pack", Path: path, Err: errors.New(how)}
}
