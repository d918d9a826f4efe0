package pack

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"eisweep/internal/manifest"
	"eisweep/internal/results"
	"eisweep/sim"
	"eisweep/sweeps"
)

// hasher is a prober of files whose digest is the SHA-256 of their SHA-256, and that say the same about themselves.
type hasher struct{ says results.Info }

func (h hasher) Check(ctx context.Context, files []results.ExpectedFile) []results.CheckResult {
	out := make([]results.CheckResult, len(files))
	for i, f := range files {
		found, err := results.Hash(ctx, f.Path)
		out[i].FileHash, out[i].Err = found, err
		out[i].Digest, out[i].Info = sum(found.SHA256), h.says
	}
	return out
}

func sum(text string) string {
	s := sha256.Sum256([]byte(text))
	return hex.EncodeToString(s[:])
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var finished = time.Date(2026, 2, 3, 4, 5, 6, 7_000_000, time.UTC)

// lineOf is the line of the nth task, whose result has a text.
func lineOf(n byte, text string) manifest.Line {
	return manifest.Line{ID: sweeps.ID{n}, Sweep: "small", Experiment: sim.Approximate, Seed: uint32(n), State: manifest.Done,
		Run: 1, Attempt: 1, File: "results~seed=" + string('0'+rune(n)) + ".h5", SHA256: sum(text), Digest: sum(sum(text)),
		Bytes: int64(len(text)), Finished: finished, Modified: finished.Add(123 * time.Nanosecond)}
}

const (
	smallFile = "name = 'small'\nexperiment = 'APPROXIMATE'\n"
	otherFile = "name = 'other'\nexperiment = 'APPROXIMATE'\n"
)

// small makes the directory of a sweep with two results, a failure, a result of an earlier launch and one that was superseded.
func small(t *testing.T) (dir string, s *Sweep) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "small")
	must(t, os.Mkdir(dir, 0o700))
	must(t, os.WriteFile(filepath.Join(dir, launchName), []byte(smallFile), 0o600))
	lines := []manifest.Line{lineOf(1, "one"), lineOf(2, "two"), lineOf(3, "three"), lineOf(4, "earlier")}
	failed := lineOf(3, "")
	failed.State, failed.File, failed.Class = manifest.Failed, "", "numeric"
	moved := lineOf(5, "moved")
	moved.State, moved.File = manifest.Superseded, "superseded/x.h5"
	w, err := manifest.Open(filepath.Join(dir, manifestName))
	must(t, err)
	must(t, errors.Join(w.Append(append(lines, failed, moved)...), w.Close()))
	for i, text := range []string{"one", "two", "three", "earlier"} {
		must(t, os.WriteFile(filepath.Join(dir, lines[i].File), []byte(text), 0o600))
	}
	s, err = NewSweep("small", dir, func(id sweeps.ID) bool { return id != sweeps.ID{4} })
	must(t, err)
	return dir, s
}

func packed(t *testing.T, list ...*Sweep) []byte {
	t.Helper()
	var out bytes.Buffer
	must(t, Write(t.Context(), &out, list))
	return out.Bytes()
}

// unpack unpacks a pack into an empty directory.
func unpack(t *testing.T, pack []byte, into string) ([]Unpacked, error) {
	t.Helper()
	return unpackAs(t, pack, into, hasher{})
}

// unpackAs is unpack with a prober.
func unpackAs(t *testing.T, pack []byte, into string, prober Prober) ([]Unpacked, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pack")
	must(t, os.WriteFile(path, pack, 0o600))
	f, err := os.Open(path)
	must(t, err)
	defer f.Close()
	return Unpack(t.Context(), f, into, prober)
}

func TestRoundTrip(t *testing.T) {
	dir, s := small(t)
	first := packed(t, s)
	if !bytes.Equal(first, packed(t, s)) {
		t.Error("the same sweep gives other bytes")
	}
	to := t.TempDir()
	got, err := unpack(t, first, to)
	if err != nil || len(got) != 1 || got[0] != (Unpacked{"small", filepath.Join(to, "small"), 2}) {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, name := range []string{launchName, "results~seed=1.h5", "results~seed=2.h5"} {
		was, _ := os.ReadFile(filepath.Join(dir, name))
		if is, err := os.ReadFile(filepath.Join(to, "small", name)); err != nil || !bytes.Equal(is, was) {
			t.Errorf("%s: %q, %v", name, is, err)
		}
	}
	if info, err := os.Stat(filepath.Join(to, "small", "results~seed=1.h5")); err != nil || !info.ModTime().Equal(finished.Add(123)) {
		t.Errorf("the result was modified %v, %v", info.ModTime(), err)
	}
	var states []manifest.State
	for l, err := range manifest.Read(filepath.Join(to, "small", manifestName)) {
		must(t, err)
		states = append(states, l.State)
	}
	if len(states) != 3 || states[2] != manifest.Failed {
		t.Errorf("the manifest has %v", states)
	}
	again, err := NewSweep("small", filepath.Join(to, "small"), func(sweeps.ID) bool { return true })
	must(t, err)
	if !bytes.Equal(packed(t, again), first) {
		t.Error("what was unpacked is packed into other bytes")
	}
	if _, err := unpack(t, first, to); !errors.Is(err, fs.ErrExist) {
		t.Errorf("again: %v", err)
	}
	wantNames(t, to, "small")
}

func wantNames(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if strings.Join(names, " ") != strings.Join(want, " ") {
		t.Errorf("%s has %q, want %q", dir, names, want)
	}
}

// A result that is not what its line says is not packed.
func TestDamagedResultsAreNotPacked(t *testing.T) {
	for name, damage := range map[string]func(path string) error{
		"another byte": func(path string) error { return os.WriteFile(path, []byte("0ne"), 0o600) },
		"another size": func(path string) error { return os.WriteFile(path, []byte("once"), 0o600) },
		"missing":      os.Remove,
		"a link": func(path string) error {
			return errors.Join(os.Rename(path, path+".x"), os.Symlink(path+".x", path))
		},
	} {
		dir, s := small(t)
		must(t, damage(filepath.Join(dir, "results~seed=1.h5")))
		if err := Write(t.Context(), io.Discard, []*Sweep{s}); err == nil {
			t.Errorf("%s: it is packed", name)
		}
	}
}

// Whatever byte of a pack is changed, and wherever it ends, it is refused or gives the same files; nothing is left behind.
func TestFlippedBytes(t *testing.T) {
	_, s := small(t)
	pack := packed(t, s)
	for i := range pack {
		for what, bad := range map[string][]byte{"flipped": flip(pack, i), "cut": pack[:i]} {
			to := t.TempDir()
			_, err := unpack(t, bad, to)
			if err == nil {
				again, err := NewSweep("small", filepath.Join(to, "small"), func(sweeps.ID) bool { return true })
				must(t, err)
				if !bytes.Equal(packed(t, again), pack) {
					t.Errorf("byte %d %s: it gives other files", i, what)
				}
				continue
			}
			if !errors.Is(err, ErrRefused) {
				t.Errorf("byte %d %s: %v", i, what, err)
			}
			wantNames(t, to)
		}
	}
}

func flip(b []byte, i int) []byte {
	b = bytes.Clone(b)
	b[i] ^= 1 << (i % 8)
	return b
}

// entry is a file of an archive that a stranger made.
type entry struct {
	name, text string
	kind       byte
	link       string
	size       int64 // if it is not that of the text
}

func archive(t *testing.T, entries ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	z, err := zstd.NewWriter(&out)
	must(t, err)
	w := tar.NewWriter(z)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Typeflag: max(e.kind, tar.TypeReg), Linkname: e.link, Mode: 0o4777, Size: max(e.size, int64(len(e.text)))}
		must(t, w.WriteHeader(h))
		_, err := io.CopyN(w, io.MultiReader(strings.NewReader(e.text), zeros{}), h.Size)
		must(t, err)
	}
	must(t, errors.Join(w.Close(), z.Close()))
	return out.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func manifestOf(t *testing.T, lines ...manifest.Line) entry {
	t.Helper()
	path := filepath.Join(t.TempDir(), manifestName)
	w, err := manifest.Open(path)
	must(t, err)
	must(t, errors.Join(w.Append(lines...), w.Close()))
	text, err := os.ReadFile(path)
	must(t, err)
	return entry{name: "small/manifest.jsonl", text: string(text)}
}

// withFile is a line of a manifest, without its check value and with another file.
func withFile(line, file, other string) string {
	before, _, _ := strings.Cut(strings.Replace(line, file, other, 1), `,"check"`)
	return before + "}\n"
}

// overflowing returns lines whose sizes add up to 2^64 bytes.
func overflowing() []manifest.Line {
	lines := make([]manifest.Line, 1<<14)
	for i := range lines {
		lines[i] = lineOf(1, "one")
		lines[i].ID, lines[i].File, lines[i].Bytes = sweeps.ID{1, byte(i >> 8), byte(i)}, fmt.Sprintf("%d.h5", i), 1<<50
	}
	return lines
}

// Archives that a stranger made are refused, and leave nothing behind, inside or outside.
func TestHostileArchives(t *testing.T) {
	one := lineOf(1, "one")
	good := manifestOf(t, one)
	result := entry{name: "small/" + one.File, text: "one"}
	other, bomb, digest := one, one, one
	other.SHA256, digest.Digest = sum("two"), sum("two")
	bomb.Bytes = 1 << 30
	hidden, failed := one, one
	hidden.File = ".results.h5"
	failed.State, failed.File, failed.Class = manifest.Failed, "", "numeric"
	vast := one
	vast.Bytes = 1 << 49
	for name, c := range map[string]struct {
		entries []entry
		want    string
	}{
		"empty":                      {nil, "contains no sweep"},
		"a name upwards":             {[]entry{good, {name: "small/../../x.h5", text: "one"}}, "not the name"},
		"a sweep upwards":            {[]entry{{name: "../manifest.jsonl", text: good.text}}, "not the name"},
		"an absolute name":           {[]entry{good, {name: "/etc/x.h5", text: "one"}}, "not the name"},
		"a hidden name":              {[]entry{good, {name: "small/.x.h5", text: "one"}}, "not the name"},
		"a deep name":                {[]entry{good, {name: "small/a/b.h5", text: "one"}}, "not the name"},
		"another kind of file":       {[]entry{good, {name: "small/run.sh", text: "one"}}, "not the name"},
		"a control character":        {[]entry{good, {name: "small/a\x1b[2J.h5", text: "one"}}, "not the name"},
		"a symbolic link":            {[]entry{good, {name: result.name, kind: tar.TypeSymlink, link: "/etc/passwd"}}, "not a regular file"},
		"a hard link":                {[]entry{good, {name: result.name, kind: tar.TypeLink, link: "/etc/passwd"}}, "not a regular file"},
		"a device":                   {[]entry{good, {name: result.name, kind: tar.TypeChar}}, "not a regular file"},
		"a fifo":                     {[]entry{good, {name: result.name, kind: tar.TypeFifo}}, "not a regular file"},
		"a directory":                {[]entry{{name: "small/", kind: tar.TypeDir}, good, result}, "not a regular file"},
		"a linked sweep":             {[]entry{{name: "small", kind: tar.TypeSymlink, link: "/etc"}, good, result}, "not a regular file"},
		"a name twice":               {[]entry{good, result, result}, "twice"},
		"a manifest twice":           {[]entry{good, result, good}, "twice"},
		"no manifest":                {[]entry{result}, "before the manifest"},
		"a result too many":          {[]entry{good, result, {name: "small/x.h5", text: "x"}}, "does not have"},
		"a result too few":           {[]entry{good}, "lacks"},
		"another size":               {[]entry{good, {name: result.name, text: "once"}}, "4 bytes"},
		"another SHA-256":            {[]entry{manifestOf(t, other), result}, "SHA-256"},
		"another digest":             {[]entry{manifestOf(t, digest), result}, "digest"},
		"a damaged manifest":         {[]entry{{name: good.name, text: strings.Replace(good.text, "APPROX", "approx", 1)}, result}, "damaged"},
		"a path in the manifest":     {[]entry{{name: good.name, text: withFile(good.text, one.File, "../results.h5")}, result}, "damaged"},
		"another name in a manifest": {[]entry{manifestOf(t, hidden), result}, "invalid line"},
		"no results":                 {[]entry{manifestOf(t, failed)}, "no results"},
		"no lines":                   {[]entry{{name: good.name}}, "no results"},
		"an invalid sweep file":      {[]entry{good, {name: "small/sweep.toml", text: "name = 'small'\n[x\n"}, result}, "is invalid"},
		"another sweep's file":       {[]entry{good, {name: "small/sweep.toml", text: otherFile}, result}, "\"other\""},
		"a bomb":                     {[]entry{manifestOf(t, bomb), {name: result.name, size: 1 << 30}}, "grows more than 100-fold"},
		"a bomb for the manifest":    {[]entry{{name: good.name, size: 1 << 30}}, "grows more than 100-fold"},
		"a bomb for the sweep file":  {[]entry{good, {name: "small/sweep.toml", size: sweeps.MaxFile + 1}}, "at most"},
		"more than any disk holds":   {[]entry{manifestOf(t, vast), result}, "no space left"},
		"sizes whose sum overflows":  {[]entry{manifestOf(t, overflowing()...), result}, "no space left"},
	} {
		t.Run(name, func(t *testing.T) {
			to := t.TempDir()
			_, err := unpack(t, archive(t, c.entries...), to)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
			wantNames(t, to)
		})
	}
	if got, err := unpack(t, archive(t, good, result), t.TempDir()); err != nil || len(got) != 1 {
		t.Errorf("the good one: %v", err)
	}
	if _, err := unpack(t, append(archive(t, good, result), archive(t, good)...), t.TempDir()); !errors.Is(err, ErrRefused) {
		t.Errorf("two archives in one: %v", err)
	}
}

// A pack is refused if its manifest says something else about a result than the file itself.
func TestManifestsThatDifferFromTheirResults(t *testing.T) {
	one := lineOf(1, "one")
	one.File, one.ModelVersion = "results~pl.eta_e=0.5~seed=1.h5", 2
	one.Parameters = sim.Values{{Name: "pl.eta_e", Value: sim.RealValue(0.5)}}
	says := results.Info{HasTask: true, ID: one.ID, Experiment: one.Experiment, Seed: one.Seed, ModelVersion: 2, Settings: one.Parameters}
	for name, c := range map[string]struct {
		change func(l *manifest.Line)
		want   string
	}{
		"nothing":        {func(*manifest.Line) {}, ""},
		"the task":       {func(l *manifest.Line) { l.ID = sweeps.ID{9} }, "another task"},
		"the experiment": {func(l *manifest.Line) { l.Experiment = sim.Gradient }, "in experiment"},
		"the seed":       {func(l *manifest.Line) { l.Seed = 7 }, "in seed"},
		"the model":      {func(l *manifest.Line) { l.ModelVersion = 1 }, "in model_version"},
		"no parameters":  {func(l *manifest.Line) { l.Parameters = nil }, "in parameters"},
		"their values": {func(l *manifest.Line) {
			l.Parameters = sim.Values{{Name: "pl.eta_e", Value: sim.RealValue(0.25)}}
		}, "in parameters"},
	} {
		line := one
		c.change(&line)
		to := t.TempDir()
		_, err := unpackAs(t, archive(t, manifestOf(t, line), entry{name: "small/" + one.File, text: "one"}), to, hasher{says})
		if c.want == "" && err != nil || c.want != "" && (!errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
}

// tar fills its last record with zeros.
func TestPadding(t *testing.T) {
	one := lineOf(1, "one")
	good, result := manifestOf(t, one), entry{name: "small/" + one.File, text: "one"}
	for name, c := range map[string]struct {
		padding string
		sound   bool
	}{
		"a record":       {strings.Repeat("\x00", 20*512-1024), true},
		"much":           {strings.Repeat("\x00", 1<<20), false},
		"something else": {strings.Repeat("\x00", 1000) + "x", false},
		"no UTF-8":       {"\xff", false},
	} {
		var padding bytes.Buffer
		z, err := zstd.NewWriter(&padding)
		must(t, err)
		_, err = z.Write([]byte(c.padding))
		must(t, errors.Join(err, z.Close()))
		_, err = unpack(t, append(archive(t, good, result), padding.Bytes()...), t.TempDir())
		if c.sound != (err == nil) || !c.sound && !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A sweep whose tasks all failed is nothing to pack.
func TestNoResults(t *testing.T) {
	dir, _ := small(t)
	if _, err := NewSweep("small", dir, func(id sweeps.ID) bool { return id == sweeps.ID{3} }); !errors.Is(err, ErrNoResults) {
		t.Errorf("error %v", err)
	}
}

// If one of two sweeps cannot get its name, the other does not keep its own.
func TestAllSweepsOrNone(t *testing.T) {
	_, s := small(t)
	_, other := small(t)
	other.Name = "other"
	to := t.TempDir()
	u := &unpacker{ctx: t.Context(), dir: to, work: filepath.Join(to, staging+"1"), prober: hasher{}, sweeps: map[string]*incoming{}}
	must(t, os.Mkdir(u.work, 0o700))
	must(t, u.read(bytes.NewReader(packed(t, s, other)), 1<<20))
	must(t, os.Mkdir(filepath.Join(to, "other"), 0o700)) // meanwhile
	if _, err := u.place(); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error %v", err)
	}
	wantNames(t, to, staging+"1", "other")
	wantNames(t, filepath.Join(to, "other"))
	wantNames(t, u.work, "other", "small")
}

func TestUnpackEndsWithItsContext(t *testing.T) {
	_, s := small(t)
	path, to := filepath.Join(t.TempDir(), "pack"), t.TempDir()
	must(t, os.WriteFile(path, packed(t, s), 0o600))
	f, err := os.Open(path)
	must(t, err)
	defer f.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Unpack(ctx, f, to, hasher{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	wantNames(t, to)
}
