package pack

import (
	"archive/tar"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"eisweep/internal/atomicfile"
	"eisweep/internal/manifest"
	"eisweep/internal/results"
	"eisweep/sweeps"
)

// incoming is a sweep that is being unpacked.
type incoming struct {
	name  string
	lines map[string]*manifest.Line // of its results, by file
	got   map[string]bool           // files that were extracted
}

// file extracts one file of a pack, if it may be in one. All refused names are quoted: their author may be anybody.
func (u *unpacker) file(h *tar.Header, in io.Reader) error {
	sweep, file, ok := strings.Cut(h.Name, "/")
	switch {
	case h.Typeflag != tar.TypeReg:
		return refuse("%q is not a regular file", h.Name)
	case !ok || !sweeps.IsName(sweep) || file != manifestName && file != launchName && !isResultName(file):
		return refuse("%q is not the name of a sweep's file", h.Name)
	}
	s := u.sweeps[sweep]
	switch {
	case s == nil && file != manifestName:
		return refuse("%q comes before the manifest of its sweep", h.Name)
	case s == nil:
		return u.begin(sweep, h, in)
	case s.got[file]:
		return refuse("it contains %q twice", h.Name)
	}
	limit := int64(sweeps.MaxFile)
	if file != launchName {
		line := s.lines[file]
		if line == nil {
			return refuse("the manifest does not have %q", h.Name)
		}
		if h.Size != line.Bytes {
			return refuse("%q has %d bytes, but the manifest says %d", h.Name, h.Size, line.Bytes)
		}
		limit = line.Bytes
	}
	s.got[file] = true
	return u.extract(s, file, h, io.LimitReader(in, limit+1), limit)
}

// begin extracts the manifest of a sweep.
func (u *unpacker) begin(name string, h *tar.Header, in io.Reader) error {
	if len(u.order) == maxSweeps {
		return refuse("it contains more than %d sweeps", maxSweeps)
	}
	if to := filepath.Join(u.dir, name); exists(to) {
		return taken(&os.PathError{Op: "mkdir", Path: to, Err: os.ErrExist})
	}
	if err := os.Mkdir(filepath.Join(u.work, name), 0o755); err != nil {
		return fmt.Errorf("unpack: %w", err)
	}
	s := &incoming{name, map[string]*manifest.Line{}, map[string]bool{manifestName: true}}
	u.sweeps[name], u.order = s, append(u.order, s)
	if err := u.extract(s, manifestName, h, in, h.Size); err != nil {
		return err
	}
	if err := s.readManifest(filepath.Join(u.work, name, manifestName)); err != nil {
		return err
	}
	return u.checkSpace(s)
}

// readManifest reads which results belong to the sweep.
func (s *incoming) readManifest(path string) error {
	last := map[sweeps.ID]*manifest.Line{}
	for line, err := range manifest.Read(path) {
		if err != nil {
			if errors.Is(err, manifest.ErrDamaged) {
				return refuse("the manifest of %s is damaged", s.name)
			}
			return err
		}
		last[line.ID] = &line
	}
	for _, l := range last {
		switch {
		case l.State == manifest.Failed:
			continue
		case l.State != manifest.Done || !isResultName(l.File) || s.lines[l.File] != nil || l.Bytes < 0 || l.Bytes > 1<<50:
			return refuse("the manifest of %s has an invalid line for %q", s.name, l.File)
		}
		s.lines[l.File] = l
	}
	if len(s.lines) == 0 {
		return refuse("the manifest of %s has no results", s.name)
	}
	return nil
}

// checkSpace refuses a sweep for which the file system has no room, before anything of it is extracted.
func (u *unpacker) checkSpace(s *incoming) error {
	var is unix.Statfs_t
	if err := unix.Statfs(u.work, &is); err != nil {
		return &os.PathError{Op: "statfs", Path: u.work, Err: err}
	}
	free := is.Bavail * uint64(is.Bsize)
	var need uint64
	for _, l := range s.lines {
		if need += uint64(l.Bytes); need > free { // at once, because the sum of all may overflow
			err := fmt.Errorf("%w: it needs at least %d bytes, but %d are free", unix.ENOSPC, need, free)
			return &os.PathError{Op: "unpack " + s.name + " into", Path: u.dir, Err: err}
		}
	}
	return nil
}

// extract writes a file, which has its size by the header at most.
func (u *unpacker) extract(s *incoming, file string, h *tar.Header, in io.Reader, limit int64) (err error) {
	if h.Size > limit {
		return refuse("%q has %d bytes, but at most %d are allowed", h.Name, h.Size, limit)
	}
	path := filepath.Join(u.work, s.name, file)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("unpack: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if n, err := io.Copy(f, in); err != nil {
		return u.unreadable(err)
	} else if n != h.Size {
		return refuse("%q has %d bytes, but its header says %d", h.Name, n, h.Size)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("unpack: %w", err)
	}
	at := h.ModTime
	if line := s.lines[file]; line != nil {
		at = modified(line)
	}
	if err := os.Chtimes(path, at, at); err != nil {
		return fmt.Errorf("unpack: %w", err)
	}
	return nil
}

// checkedAtOnce is how many results one child process reads.
const checkedAtOnce = 32

// check compares every result of a sweep with its line, and reads the sweep file.
func (u *unpacker) check(s *incoming) error {
	dir := filepath.Join(u.work, s.name)
	if s.got[launchName] {
		if err := s.checkLaunch(filepath.Join(dir, launchName)); err != nil {
			return err
		}
	}
	files := slices.Sorted(maps.Keys(s.lines))
	for _, file := range files {
		if !s.got[file] {
			return refuse("it lacks %q of %s", file, s.name)
		}
	}
	for some := range slices.Chunk(files, checkedAtOnce) {
		var list []results.ExpectedFile
		for _, file := range some {
			l := s.lines[file]
			list = append(list, results.ExpectedFile{Path: filepath.Join(dir, file), Identity: results.Identity{SHA256: l.SHA256, Bytes: l.Bytes}})
		}
		for i, found := range u.prober.Check(u.ctx, list) {
			if err := u.ctx.Err(); err != nil {
				return err
			}
			if err := sound(s.lines[some[i]], &found); err != nil {
				return err
			}
		}
	}
	return cmp.Or(u.ctx.Err(), atomicfile.SyncDir(dir))
}

// checkLaunch refuses a sweep file that is invalid, or that of another sweep.
func (s *incoming) checkLaunch(path string) error {
	text, err := atomicfile.Read(path, sweeps.MaxFile)
	if err != nil {
		return err
	}
	launched, err := sweeps.Parse(launchName, text)
	if err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return refuse("the sweep file of %s is invalid: %q", s.name, first)
	}
	if launched.Name() != s.name {
		return refuse("the sweep file of %s is that of a sweep with the name %q", s.name, launched.Name())
	}
	return nil
}

// sound returns the error of a result that is not what its line says.
func sound(l *manifest.Line, found *results.CheckResult) error {
	switch {
	case found.Err != nil && atomicfile.IsStorage(found.Err):
		return found.Err
	case found.Err != nil:
		return refuse("%q cannot be read: %v", l.File, found.Err)
	case found.SHA256 != l.SHA256:
		return refuse("the SHA-256 of %q differs from the manifest", l.File)
	case found.Info.HasTask && found.Info.ID != l.ID:
		return refuse("%q is the result of another task", l.File)
	}
	if _, wrong := results.Corrected(*l, &found.Contents); len(wrong) > 0 {
		return refuse("%q differs from the manifest in %s", l.File, strings.Join(wrong, ", "))
	}
	return nil
}
