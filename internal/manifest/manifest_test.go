package manifest

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"eisweep/internal/disktest"
	"eisweep/sim"
	"eisweep/sweeps"
)

const sixtyFour = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

func doneLine(n byte) Line {
	return Line{
		ID:         sweeps.ID{n},
		Sweep:      "approximate",
		Experiment: sim.Approximate,
		Seed:       uint32(n),
		Parameters: sim.Values{{Name: "numint.n_trials", Value: sim.IntegerValue(20)}, {Name: "sy.e2e.w_total", Value: sim.RealValue(0.3)},
			{Name: "pl.is_plastic", Value: sim.ChoiceValue("BOTH")}, {Name: "pl.soft_max", Value: sim.BooleanValue(true)}},
		State:   Done,
		Run:     1,
		Attempt: 1,
		File:    "results~seed=1.h5",
		Digest:  sixtyFour,
		SHA256:  sixtyFour,
		Bytes:   1 << 40,
		Started: time.Date(2026, 2, 3, 4, 5, 6, 789_000_000, time.UTC),
		Finished: time.Date(
			2026,
			2,
			3,
			4,
			6,
			6,
			0,
			time.UTC,
		),
		Seconds:      59.211,
		Host:         "node1",
		Worker:       "node1/3",
		Version:      "0.1.0",
		ModelVersion: 1,
	}
}

func failedLine(n byte) Line {
	l := doneLine(n)
	l.State, l.Class, l.Error = Failed, "numeric", "wei is not finite in trial 3 <stimulus 7> — “line\none”"
	l.File, l.Digest, l.SHA256, l.Bytes = "", "", "", 0
	l.Replaces = sweeps.ID{9}
	return l
}

func open(t testing.TB, path string) *Writer {
	t.Helper()
	m, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.file.Close() })
	return m
}

func add(t testing.TB, path string, lines ...Line) {
	t.Helper()
	m := open(t, path)
	if err := m.Append(lines...); err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
}

func read(path string) ([]Line, error) {
	var out []Line
	for line, err := range Read(path) {
		if err != nil {
			return out, err
		}
		out = append(out, line)
	}
	return out, nil
}

func TestManifestGivesBackWhatWasAppended(t *testing.T) {
	path := filepath.Join(t.TempDir(), "manifest.jsonl")
	if lines, err := read(path); err != nil || lines != nil {
		t.Errorf("a missing manifest: %v, %v", lines, err)
	}
	want := []Line{doneLine(1), failedLine(2), {ID: sweeps.ID{3}, State: Failed}}
	add(t, path, want[:1]...)
	add(t, path)
	add(t, path, want[1:]...)
	got, err := read(path)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v (%v)\nwant %+v", got, err, want)
	}
}

func TestManifestLineIsTheDocumentedOne(t *testing.T) {
	text, err := json.Marshal(doneLine(1))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"t01000000000000000000000000000000","sweep":"approximate","experiment":"APPROXIMATE","seed":1,` +
		`"parameters":{"numint.n_trials":20,"pl.is_plastic":"BOTH","pl.soft_max":true,"sy.e2e.w_total":0.3},"state":"done","run":1,"attempt":1,` +
		`"file":"results~seed=1.h5","digest":"` + sixtyFour + `","sha256":"` + sixtyFour + `","bytes":1099511627776,"seconds":59.211,` +
		`"host":"node1","worker":"node1/3","version":"0.1.0","model_version":1,` +
		`"started":"2026-02-03T04:05:06.789Z","finished":"2026-02-03T04:06:06.000Z"}`
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}

// Wherever a crash tears the file, the whole lines before are read, and the next
// writer goes on after them.
func TestTornManifest(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "whole.jsonl")
	add(t, path, doneLine(1), failedLine(2), doneLine(3))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	torn := filepath.Join(directory, "manifest.jsonl")
	for size := 0; size <= len(whole); size += 7 {
		if err := os.WriteFile(torn, whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		want := strings.Count(string(whole[:size]), "\n")
		if lines, err := read(torn); err != nil || len(lines) != want {
			t.Fatalf("torn at %d: %d lines (%v), want %d", size, len(lines), err, want)
		}
		add(t, torn, doneLine(4))
		lines, err := read(torn)
		if err != nil || len(lines) != want+1 || lines[want].ID != (sweeps.ID{4}) {
			t.Fatalf("torn at %d, then appended to: %d lines (%v)", size, len(lines), err)
		}
	}
}

func TestTornLineLongerThanABuffer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "manifest.jsonl")
	add(t, path, doneLine(1))
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(make([]byte, 300_000)); err != nil {
		t.Fatal(err)
	}
	f.Close()
	add(t, path, doneLine(2))
	if lines, err := read(path); err != nil || len(lines) != 2 {
		t.Errorf("%d lines (%v), want 2", len(lines), err)
	}
}

// TestLinesWithoutEnd: what is no line isn't read into memory, whether it ends or not, and is mended.
func TestLinesWithoutEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "manifest.jsonl")
	add(t, path, doneLine(1))
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const hole = 256 << 20
	info, err := f.Stat()
	if err == nil {
		err = f.Truncate(info.Size() + hole)
	}
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if lines, err := read(path); err != nil || len(lines) != 1 { // a torn line
		t.Errorf("%d lines (%v), want 1", len(lines), err)
	}
	if _, err := f.WriteString("\n"); err != nil {
		t.Fatal(err)
	}
	add(t, path, doneLine(2))
	if _, err := read(path); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("error is %v, want damage in line 2", err)
	}
	if kept, damage, err := Repair(path); kept == "" || damage == nil || err != nil {
		t.Errorf("mended: %q, %v, %v", kept, damage, err)
	}
	runtime.ReadMemStats(&after)
	if lines, err := read(path); err != nil || len(lines) != 2 {
		t.Errorf("%d lines (%v), want 2", len(lines), err)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 32<<20 {
		t.Errorf("%d MiB were allocated", took>>20)
	}
}

func TestManifestRefusesGarbage(t *testing.T) {
	good, err := json.Marshal(doneLine(1))
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"text": "hello", "empty": "", "list": "[]", "no id": `{"state":"done","file":"x"}`,
		"state":   `{"id":"t01000000000000000000000000000000","state":"odd"}`,
		"no file": `{"id":"t01000000000000000000000000000000","state":"done"}`, "id": `{"id":"x1","state":"failed"}`,
		"time":      `{"id":"t01000000000000000000000000000000","state":"failed","started":"yesterday"}`,
		"parameter": `{"id":"t01000000000000000000000000000000","state":"failed","parameters":{"a":[1]}}`,
		"two":       string(good) + string(good),
	} {
		path := filepath.Join(t.TempDir(), "manifest.jsonl")
		if err := os.WriteFile(path, fmt.Appendf(nil, "%s\n%s\n%s\n", good, bad, good), 0o600); err != nil {
			t.Fatal(err)
		}
		lines, err := read(path)
		if len(lines) != 1 || err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%s: %d lines, error %v; want one and an error about line 2", name, len(lines), err)
		}
		kept, damage, err := Repair(path)
		if err != nil || !errors.Is(damage, ErrDamaged) {
			t.Errorf("%s: mended with %v, damage %v", name, err, damage)
		}
		if lines, err := read(path); len(lines) != 2 || err != nil {
			t.Errorf("%s: %d lines, error %v after it was mended; want two", name, len(lines), err)
		}
		if text, err := os.ReadFile(kept); err != nil || !strings.Contains(string(text), bad) {
			t.Errorf("%s: kept %q, error %v", name, text, err)
		}
		if kept, damage, err := Repair(path); kept != "" || damage != nil || err != nil {
			t.Errorf("%s: mended twice: %q, %v, %v", name, kept, damage, err)
		}
	}
}

// A manifest of a later program is read.
func TestUnknownFieldsArePassedOver(t *testing.T) {
	line, err := parseLine(
		[]byte(`{"id":"t01000000000000000000000000000000","state":"failed","colour":{"of":["things"]},"parameters":{"new.one":1e-05}}`),
	)
	if v, _ := line.Parameters.Get("new.one"); err != nil || v != sim.RealValue(1e-05) {
		t.Errorf("%+v, %v", line, err)
	}
}

func TestAppendRefusesLinesThatSayNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "manifest.jsonl")
	m := open(t, path)
	if err := m.Append(doneLine(1), Line{}); err == nil {
		t.Error("a line without a task was taken")
	}
	if lines, err := read(path); err != nil || len(lines) != 0 {
		t.Errorf("%d lines (%v) were written with it", len(lines), err)
	}
}

// A manifest on a full disk stays as it was, and takes lines again when there is
// room.
func TestManifestOnAFullDisk(t *testing.T) {
	disk := disktest.Mount(t)
	path := filepath.Join(disk, "manifest.jsonl")
	m := open(t, path)
	if err := m.Append(doneLine(1)); err != nil {
		t.Fatal(err)
	}
	filler := disktest.Fill(t, disk)
	big := failedLine(2)
	big.Error = strings.Repeat("x", 1<<20)
	if err := m.Append(big); err == nil {
		t.Fatal("a line was taken that there is no room for")
	}
	if lines, err := read(path); err != nil || len(lines) != 1 {
		t.Errorf("%d lines (%v), want 1", len(lines), err)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if err := m.Append(failedLine(3)); err != nil {
		t.Fatal(err)
	}
	lines, err := read(path)
	if ids := lineIDs(lines); err != nil || !slices.Equal(ids, []sweeps.ID{{1}, {3}}) {
		t.Errorf("lines of %v (%v)", ids, err)
	}
}

func lineIDs(lines []Line) []sweeps.ID {
	var ids []sweeps.ID
	for _, l := range lines {
		ids = append(ids, l.ID)
	}
	return ids
}

func FuzzManifest(f *testing.F) {
	done, err1 := json.Marshal(doneLine(1))
	failed, err2 := json.Marshal(failedLine(2))
	if err1 != nil || err2 != nil {
		f.Fatal(err1, err2)
	}
	f.Add(append(done, '\n'))
	f.Add(append(append(failed, '\n'), done[:50]...))
	f.Add([]byte("{}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		for line, err := range readLines(strings.NewReader(string(text))) {
			if err != nil {
				return
			}
			again, err := json.Marshal(line)
			if err != nil {
				t.Fatalf("a line that was read can't be written: %v", err)
			}
			if back, err := parseLine(again); err != nil || back.ID != line.ID || back.State != line.State {
				t.Fatalf("%s reads as %+v (%v)", again, back, err)
			}
		}
	})
}

// A line cannot name a file outside of its sweep's directory, and a result is not in a directory inside of it.
func TestFilesAreInTheDirectory(t *testing.T) {
	for file, states := range map[string][]State{
		"results~seed=1.h5": {Done, Superseded},
		"superseded/x.h5":   {Superseded},
		"../x.h5":           nil,
		"a/../../x.h5":      nil,
		"/etc/passwd":       nil,
		"..":                nil,
		".":                 nil,
	} {
		for _, state := range []State{Done, Superseded} {
			line := doneLine(1)
			line.State, line.File = state, file
			text, err := json.Marshal(line)
			if err != nil {
				t.Fatal(err)
			}
			_, whole := parseLine(text)
			_, brief := parseBrief(text)
			if want := slices.Contains(states, state); (whole == nil) != want || (brief == nil) != want {
				t.Errorf("%s %s: %v, %v", state, file, whole, brief)
			}
		}
	}
}
