package pack

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/sys/unix"

	"eisweep/internal/atomicfile"
	"eisweep/internal/results"
)

// ErrRefused is wrapped by errors that say why a pack is refused.
var ErrRefused = errors.New("the pack is refused")

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrRefused}, args...)...)
}

// Unpacked is a sweep that was unpacked.
type Unpacked struct {
	Name    string
	Dir     string
	Results int
}

// Prober reads result files of unknown origin.
type Prober interface {
	Check(ctx context.Context, files []results.ExpectedFile) []results.CheckResult
}

// staging is the beginning of the name of the directory in which a pack is unpacked before its sweeps get their names.
const staging = ".eisweep-unpack-"

// Unpack checks all sweeps of a pack, and then unpacks each into a directory of dir with its name. On an error, dir is as before.
// The error wraps ErrRefused if the pack is damaged or Write would not make it, and fs.ErrExist if one of the directories exists.
func Unpack(ctx context.Context, from *os.File, dir string, prober Prober) (_ []Unpacked, err error) {
	info, err := from.Stat()
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	work, err := os.MkdirTemp(dir, staging)
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	u := &unpacker{ctx: ctx, dir: dir, work: work, prober: prober, sweeps: map[string]*incoming{}}
	if err := u.read(from, info.Size()); err != nil {
		return nil, err
	}
	if len(u.order) == 0 {
		return nil, refuse("it contains no sweep")
	}
	for _, s := range u.order {
		if err := u.check(s); err != nil {
			return nil, err
		}
	}
	return u.place()
}

// unpacker holds what was read of a pack.
type unpacker struct {
	ctx       context.Context
	dir, work string
	prober    Prober
	sweeps    map[string]*incoming
	order     []*incoming
}

// Limits on the contents of a pack. Results are already compressed, so a pack that grows more than a hundredfold is meant to fill
// the disk.
const (
	maxGrowth = 100
	growsFree = 64 << 20
	maxSweeps = 100
	// maxPadding is the size of the records in which tar writes by default.
	maxPadding = 20 * 512
)

// read extracts all files.
func (u *unpacker) read(from io.Reader, size int64) error {
	decoder, err := zstd.NewReader(from, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(windowSize),
		zstd.WithDecoderLowmem(true))
	if err != nil {
		return fmt.Errorf("unpack: %w", err)
	}
	defer decoder.Close()
	bounded := &bounded{ctx: u.ctx, from: decoder, left: growsFree + maxGrowth*size}
	in := tar.NewReader(bounded)
	for {
		h, err := in.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return u.unreadable(err)
		}
		if err := u.file(h, in); err != nil {
			return err
		}
	}
	return u.readPadding(bounded)
}

// readPadding reads what follows the last file, up to the checksum at the end: zeros that fill a tar record.
func (u *unpacker) readPadding(from io.Reader) error {
	padding, err := io.ReadAll(io.LimitReader(from, maxPadding+1))
	if err != nil {
		return u.unreadable(err)
	}
	if len(padding) > maxPadding || bytes.ContainsFunc(padding, func(r rune) bool { return r != 0 }) {
		return refuse("it has data after its end")
	}
	return nil
}

// unreadable is the error of a pack that cannot be decoded.
func (u *unpacker) unreadable(err error) error {
	if u.ctx.Err() != nil {
		return u.ctx.Err()
	}
	if errors.Is(err, ErrRefused) || atomicfile.IsStorage(err) {
		return err
	}
	return refuse("it is damaged, or not a pack: %v", err)
}

// bounded ends with an error where a pack holds too much, or the context ends.
type bounded struct {
	ctx  context.Context
	from io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := b.from.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, refuse("it grows more than %d-fold when it is unpacked", maxGrowth)
	}
	return n, err
}

// place gives the sweeps their names, all or none.
func (u *unpacker) place() (_ []Unpacked, err error) {
	var out []Unpacked
	defer func() {
		if err != nil {
			for _, s := range out {
				err = errors.Join(err, os.Rename(s.Dir, filepath.Join(u.work, s.Name)))
			}
		}
	}()
	for _, s := range u.order {
		from, to := filepath.Join(u.work, s.name), filepath.Join(u.dir, s.name)
		if err := os.Mkdir(to, 0o755); err != nil {
			return out, taken(err)
		}
		if err := unix.Rename(from, to); err != nil { // in place of an empty directory, which os.Rename refuses
			return out, errors.Join(&os.LinkError{Op: "unpack", Old: from, New: to, Err: err}, os.Remove(to))
		}
		out = append(out, Unpacked{s.name, to, len(s.lines)})
	}
	return out, atomicfile.SyncDir(u.dir)
}

// taken adds the remedy to the error of a directory that exists already.
func taken(err error) error {
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("unpack: %w: nothing is replaced; unpack elsewhere (--to DIR), or move it away", err)
	}
	return fmt.Errorf("unpack: %w", err)
}
