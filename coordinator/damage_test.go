package coordinator

import (
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/plan"
	"eisweep/coordinator/verify"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

func isFailed(_ *sweeps.Task, s catalog.State) bool { return s == catalog.StateFailed }

func (g *testCluster) verify() control.Verified {
	g.t.Helper()
	report, err := verify.Run(g.context(), g.root, nobodys{}, nil)
	if err != nil {
		g.t.Fatal(err)
	}
	return report
}

func TestWhatVerifyFindsAlteredIsRunAgain(t *testing.T) {
	g := newRig(t)
	g.run(order1(parse(t, twoByTwo)))
	g.executed()
	path := g.path("two", g.files("two")[0])
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	alter(t, path)
	if err := os.Chtimes(path, before.ModTime(), before.ModTime()); err != nil {
		t.Fatal(err)
	}
	if found := g.verify().Sweeps[0]; len(found.Problems) != 1 || found.Sound != 3 {
		t.Fatalf("verify: %+v", found)
	}
	g.run(order1(parse(t, twoByTwo)))
	if n := g.executed(); n != 1 {
		t.Errorf("%d tasks executed, not 1", n)
	}
	if found := g.verify().Sweeps[0]; len(found.Problems) != 0 || found.Sound != 4 {
		t.Errorf("verify after the run: %+v", found)
	}
}

// TestInspectChangesNothing has it find an altered result and a wrong digest, where Verify
// writes.
func TestInspectChangesNothing(t *testing.T) {
	g := newRig(t)
	g.run(order1(parse(t, twoByTwo)))
	lines := g.lines("two")
	path, manifest := g.path("two", lines[0].File), g.root.Manifest("two")
	alter(t, path)
	write(t, manifest, rechecked(strings.ReplaceAll(g.read("two", "manifest.jsonl"), lines[1].Digest, strings.Repeat("0",
		len(lines[1].Digest)))))
	before := []string{signOf(t, path), signOf(t, manifest), g.read("two", "manifest.jsonl")}
	report, err := verify.Inspect(g.context(), g.root, nobodys{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	found := report.Sweeps[0]
	if len(found.Problems) != 2 || found.Problems[0].Kind != "altered" || found.Problems[1].Kind != "altered" || found.Sound != 2 {
		t.Errorf("found %+v", found)
	}
	if after := []string{signOf(t, path), signOf(t, manifest), g.read("two", "manifest.jsonl")}; !slices.Equal(after, before) {
		t.Errorf("it was %q and is %q", before, after)
	}
}

// rechecked is a manifest that was edited, with the check values of its lines as they should be.
func rechecked(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		before, _, _ := strings.Cut(line, `,"check":"`)
		fmt.Fprintf(&out, "%s,\"check\":\"%08x\"}\n", before, crc32.Checksum([]byte(before), crc32.MakeTable(crc32.Castagnoli)))
	}
	return out.String()
}

// signOf changes whenever a file changes.
func signOf(t *testing.T, path string) string {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(info.Size(), info.ModTime().UnixNano(), info.Mode())
}

// Whatever has a result's name goes aside, a directory and a link too.
func TestWhatIsNoFileIsMovedAside(t *testing.T) {
	g := newRig(t)
	g.run(order1(parse(t, twoByTwo)))
	g.executed()
	directory, link := g.path("two", g.files("two")[0]), g.path("two", g.files("two")[1])
	elsewhere := filepath.Join(t.TempDir(), "result.h5")
	remove(t, directory)
	if err := os.Mkdir(directory, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(link, elsewhere); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, link); err != nil {
		t.Fatal(err)
	}
	if found := g.verify().Sweeps[0]; len(found.Problems) != 2 || found.Sound != 2 {
		t.Errorf("verify: %+v", found)
	}
	s := g.run(order1(parse(t, twoByTwo))).Sweeps[0]
	if n := g.executed(); n != 2 || s.Done != 4 {
		t.Errorf("%d tasks executed, not 2; %+v", n, s)
	}
	if found := g.verify().Sweeps[0]; len(found.Problems) != 0 || found.Sound != 4 {
		t.Errorf("verify after the run: %+v", found)
	}
	if g.run(order1(parse(t, twoByTwo))); g.executed() != 0 {
		t.Error("it was run once more")
	}
}

func TestVerifyRepairsAManifest(t *testing.T) {
	g := newRig(t)
	other := parse(t, strings.Replace(twoByTwo, `"two"`, `"other"`, 1))
	g.run(order1(parse(t, twoByTwo), other))
	g.executed()
	text, err := os.ReadFile(g.root.Manifest("two"))
	if err != nil {
		t.Fatal(err)
	}
	damaged := strings.Replace(string(text), "{", "x", 1)
	write(t, g.root.Manifest("two"), damaged)
	k := g.start()
	for _, needed := range []string{twoByTwo, pushed} {
		_, err = k.Launch(g.context(), order1(parse(t, needed)))
		if err == nil || !strings.Contains(err.Error(), "line 1") || !strings.Contains(err.Error(), "eisweep verify") {
			t.Errorf("launch: %v", err)
		}
	}
	if _, err = k.Launch(g.context(), order1(other)); err != nil {
		t.Errorf("a sweep that doesn't need it: %v", err)
	}
	if err := k.Stop(g.context()); err != nil {
		t.Fatal(err)
	}
	if found := g.verify(); found.Sweeps[1].Name != "two" || len(found.Sweeps[1].Problems) == 0 ||
		found.Sweeps[1].Problems[0].File != "manifest.jsonl" {
		t.Errorf("verify: %+v", found)
	}
	if kept := g.read("two", "manifest.damaged.1.jsonl"); kept != damaged {
		t.Errorf("kept: %q", kept)
	}
	if n := len(g.lines("two")); n != 3 {
		t.Errorf("%d lines were kept, not 3", n)
	}
	s := g.run(plan.Request{Sweeps: []*sweeps.Sweep{parse(t, twoByTwo)}, Supersede: true}).Sweeps[0]
	if n := g.executed(); n != 0 || s.Done != 4 {
		t.Errorf("%d tasks executed, not 0 (another sweep has the result); %+v", n, s)
	}
}

// A sweep whose launch was lost keeps what its manifest says.
func TestManifestOutlivesTheSweepFile(t *testing.T) {
	g := newRig(t)
	g.run(order1(parse(t, twoByTwo)))
	g.executed()
	remove(t, g.root.SweepFile("two"))
	_, err := catalog.ReadSweep(g.context(), g.root, nobodys{}, "two")
	if err == nil || !strings.Contains(err.Error(), "launch the sweep again") {
		t.Errorf("read: %v", err)
	}
	if found := g.verify(); len(found.Sweeps) != 1 || found.Sweeps[0].Sound != 4 {
		t.Errorf("verify: %+v", found)
	}
	s := g.run(order1(parse(t, twoByTwo))).Sweeps[0]
	if n := g.executed(); n != 0 || s.Reused != 4 || len(g.lines("two")) != 4 {
		t.Errorf("%d executed, %d lines, %+v", n, len(g.lines("two")), s)
	}
}

// Each sweep's manifest has one line for a failure that they share.
func TestSweepsShareAFailure(t *testing.T) {
	g := newRig(t)
	g.fails["EXC"] = protocol.Numeric
	other := parse(t, strings.Replace(twoByTwo, `"two"`, `"other"`, 1))
	g.run(order1(other))
	g.run(order1(parse(t, twoByTwo)))
	if n := g.executed(); n != 4 {
		t.Errorf("%d executed, not 4", n)
	}
	for range 2 {
		g.run(order1(other))
		g.run(order1(parse(t, twoByTwo)))
	}
	for _, name := range []string{"other", "two"} {
		if n := len(g.lines(name)); n != 4 {
			t.Errorf("%s has %d lines, not 4", name, n)
		}
		status, err := catalog.ReadSweep(g.context(), g.root, nobodys{}, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range status.Tasks {
			if plastic := strings.Contains(s.Task.File, "EXC"); plastic != (s.State == catalog.StateFailed) {
				t.Errorf("%s: %s is %s", name, s.Task.File, s.State)
			}
		}
	}
	g.fails = map[string]protocol.Class{}
	g.run(plan.Request{Sweeps: []*sweeps.Sweep{other}, Select: isFailed, KeepFile: true})
	if n := g.executed(); n != 2 {
		t.Errorf("rerun of the first: %d executed, not 2", n)
	}
	if s := g.run(order1(parse(t, twoByTwo))).Sweeps[0]; g.executed() != 0 || s.Linked != 2 || s.Done != 4 {
		t.Errorf("the second after it: %+v", s)
	}
}

// TestWhatNobodyWantsMayBeMissing removes what no launch wants any more, as clean does and
// people do.
func TestWhatNobodyWantsMayBeMissing(t *testing.T) {
	g := newRig(t)
	g.run(order1(parse(t, twoByTwo)))
	superseding := parse(t, strings.Replace(twoByTwo, "n_trials = 1", "n_trials = 2", 1))
	g.run(plan.Request{Sweeps: []*sweeps.Sweep{superseding}, Supersede: true})
	narrower := parse(t, strings.NewReplacer("n_trials = 1", "n_trials = 2", "[1, 2]", "[1]").Replace(twoByTwo))
	g.run(dropping(narrower))
	altered, earlier, wanted := "results~pl.is_plastic=BOTH~seed=2.h5", "results~pl.is_plastic=EXC~seed=2.h5",
		"results~pl.is_plastic=EXC~seed=1.h5"
	for _, file := range []string{altered, earlier, wanted} {
		if atomicfile.IsGone(g.path("two", file)) {
			t.Fatalf("there is no %s among %v", file, g.files("two"))
		}
	}
	if err := os.RemoveAll(g.path("two", "superseded")); err != nil {
		t.Fatal(err)
	}
	remove(t, g.path("two", earlier))
	if found := g.verify().Sweeps[0]; len(found.Problems) != 0 || found.Sound != 3 || found.Gone != 5 {
		t.Errorf("verify: %+v", found)
	}
	remove(t, g.path("two", wanted))
	alter(t, g.path("two", altered))
	found := g.verify().Sweeps[0]
	if len(found.Problems) != 2 || found.Problems[0].Again || !strings.Contains(found.Problems[0].Detail,
		"remove it") || !found.Problems[1].Again {
		t.Errorf("verify: %+v", found)
	}
	remove(t, g.path("two", altered))
	g.run(dropping(narrower))
	if found := g.verify().Sweeps[0]; len(found.Problems) != 0 || found.Sound != 2 || found.Gone != 6 {
		t.Errorf("verify when both remedies were followed: %+v", found)
	}
}

// A digit of a digest is changed in a manifest: who checks by the digest would be misled.
func TestVerifyRepairsADigest(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}})
	g.finish(k, "two")
	verifyThere := func() control.VerifiedSweep {
		return told[control.Verified](g, control.VerbVerify, control.Steer{}).Sweeps[0]
	}
	verifyHere := func() control.VerifiedSweep {
		report := g.verify()
		return report.Sweeps[0]
	}
	for i, check := range []func() control.VerifiedSweep{verifyThere, verifyHere} {
		line := g.lines("two")[i]
		changed := "0" + line.Digest[1:]
		if changed == line.Digest {
			changed = "1" + line.Digest[1:]
		}
		text := rechecked(strings.ReplaceAll(g.read("two", "manifest.jsonl"), `"digest":"`+line.Digest, `"digest":"`+changed))
		write(t, g.root.Manifest("two"), text)
		found := check()
		if len(found.Problems) != 1 || found.Problems[0].ID != line.ID || found.Problems[0].Again || found.Sound != 3 {
			t.Errorf("verify %d: %+v", i, found)
		}
		if found := check(); len(found.Problems) != 0 || found.Sound != 4 {
			t.Errorf("verify %d once more: %+v", i, found)
		}
		if lines := g.lines("two"); lines[len(lines)-1].ID != line.ID || lines[len(lines)-1].Digest != line.Digest {
			t.Errorf("the last line is %+v, not that of %s", lines[len(lines)-1], line.ID)
		}
	}
}

// A result that was placed while the files were read is none without a line.
func TestVerifyKnowsWhatWasPlacedMeanwhile(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}})
	g.finish(k, "two")
	lines := g.lines("two")
	unknown := lines[1]
	unknown.File = "unknown.h5"
	if n, err := (repairs{k}).AddLines("two", []manifest.Line{lines[0], unknown}); n != 1 || err != nil {
		t.Errorf("%d lines were added (%v), want 1", n, err)
	}
	if now := g.lines("two"); len(now) != len(lines)+1 || now[len(lines)].File != unknown.File {
		t.Errorf("lines: %+v", now)
	}
}
