package diagnosis

import (
	"os"
	"strings"
	"testing"
	"time"

	"eisweep/internal/events"
	"eisweep/internal/problems"
	"eisweep/internal/root"
)

// A disk is full or nearly so by its free bytes; a small one is not nearly full from the start.
func TestDisksThatAreFull(t *testing.T) {
	const mega, giga = 1 << 20, 1 << 30
	for _, test := range []struct {
		free, size uint64
		want       problems.Kind
	}{
		{0, 100 * giga, problems.DiskFull},
		{63 * mega, 100 * giga, problems.DiskFull},
		{65 * mega, 100 * giga, problems.DiskLow},
		{4 * giga, 100 * giga, problems.DiskLow},
		{6 * giga, 100 * giga, ""},
		{50 * giga, 100_000 * giga, ""},
		{40 * mega, 100 * mega, ""},
		{4 * mega, 100 * mega, problems.DiskFull},
	} {
		p, ok := OfDisk("/data", test.free, test.size)
		if ok != (test.want != "") || ok && (p.Kind != test.want || !strings.Contains(p.Text, "the disk of /data is ") || p.Remedy == "") {
			t.Errorf("%d of %d bytes free: %+v, want %q", test.free, test.size, p, test.want)
		}
	}
}

// Storage that does not end a measurement does not answer, and a problem that lasts keeps its beginning.
func TestStorageThatDoesNotAnswer(t *testing.T) {
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m, now := newMeasured(r, func() []string { return nil }, nil, []string{"", r.Path()}), time.Now()
	var out problems.Report
	if m.problems(now, &out); len(out.Problems) != 0 || len(m.directories) != 1 {
		t.Errorf("%+v in %q", out, m.directories)
	}
	m.begun = now.Add(-2 * time.Minute)
	m.problems(now, &out)
	if len(out.Problems) != 1 || out.Problems[0].Kind != problems.StorageSilent || !out.Problems[0].Since.Equal(m.begun) {
		t.Errorf("%+v", out)
	}
	if m.problems(now, &out); len(out.Problems) != 1 {
		t.Errorf("it is listed %d times", len(out.Problems))
	}
	began := now.Add(-time.Hour)
	low := problems.Problem{Kind: problems.DiskLow, Subject: "/data", Since: began}
	if got := sinceBefore([]problems.Problem{low}, low); !got.Equal(began) {
		t.Errorf("since %v, want %v", got, began)
	}
}

// A sweep whose directory was removed is listed after two measurements, since the first, until it is back or given up.
func TestASweepThatLostItsDirectory(t *testing.T) {
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	launched := []string{"tuning"}
	var recorded []events.Event
	m := newMeasured(r, func() []string { return launched }, func(e events.Event) { recorded = append(recorded, e) }, nil)
	listed := func() (out []problems.Problem) {
		var report problems.Report
		m.problems(time.Now(), &report)
		for _, p := range report.Problems {
			if p.Kind == problems.SweepGone {
				out = append(out, p)
			}
		}
		return out
	}
	m.measure()
	if is := listed(); len(is) != 0 {
		t.Errorf("after one measurement: %+v", is)
	}
	m.measure()
	if is := listed(); len(is) != 1 || is[0].Subject != "tuning" || !is[0].Since.Equal(m.missing["tuning"]) ||
		!strings.Contains(is[0].Text, r.SweepDir("tuning")) {
		t.Errorf("after two: %+v", is)
	}
	launched = nil
	if is := listed(); len(is) != 0 {
		t.Errorf("given up: %+v", is)
	}
	launched = []string{"tuning"}
	if err := os.Mkdir(r.SweepDir("tuning"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(r.SweepFile("tuning"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	m.measure()
	if is := listed(); len(is) != 0 {
		t.Errorf("back: %+v", is)
	}
	if len(recorded) != 2 || recorded[0].Kind != events.SweepSetAside || !strings.Contains(recorded[0].Error, "was removed or moved") ||
		recorded[1].Kind != events.SweepContinued || recorded[1].Sweep != "tuning" || !recorded[1].Since.Equal(recorded[0].Since) {
		t.Errorf("recorded are %+v", recorded)
	}
}
