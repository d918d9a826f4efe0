package display

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/sim"
)

func snapshot() *control.Snapshot {
	return &control.Snapshot{
		Elapsed: 90 * time.Second, Left: 200 * time.Second, LeftKnown: true,
		Sweeps: []control.SweepState{
			{Name: "quick", Progress: control.Progress{Tasks: 4, Done: 2, Failed: 1, Running: 1}, WorkDone: 30, WorkTotal: 40,
				Left: 20 * time.Second, LeftKnown: true},
			{Name: "later", Progress: control.Progress{Tasks: 7, Waiting: 7}, WorkTotal: 100},
		},
		Running: []control.RunningTask{
			{Sweep: "quick", File: "results~seed=1.h5", StepsPerSecond: 5123, Progress: sim.Progress{Phase: "training", Trial: 3, Trials: 10,
				Done: 30, Total: 120}, Left: 15 * time.Second, LeftKnown: true},
			{Sweep: "quick", File: "results~seed=2.h5"},
		},
	}
}

func TestDrawing(t *testing.T) {
	got := strings.Join(block(snapshot(), "2.0 tasks/min", 200, 24), "\n")
	want := `[#######···] quick: 2 of 4 done, 1 failed, 1 running, about 20 s left
[··········] later: 0 of 7 done, 7 waiting for a source, estimating…
  quick/results~seed=1: trial 3 of 10, 25 %, 5123 steps/s, about 15 s left
  quick/results~seed=2: starting, estimating…
elapsed 1 min 30 s, 2.0 tasks/min, about 3 min 20 s left`
	if got != want {
		t.Errorf("drawn:\n%s\nwant:\n%s", got, want)
	}
}

// Without workers no time left is shown, and none for a task whose worker is silent.
func TestDrawingWithoutWorkers(t *testing.T) {
	s := snapshot()
	s.NoWorker = true
	s.Running[0].LastSeenSeconds, s.Running[0].Silent, s.Running[1].LastSeenSeconds = 26, true, 5
	got := strings.Join(block(s, "", 200, 24), "\n")
	want := `[#######···] quick: 2 of 4 done, 1 failed, 1 running, no worker is connected
[··········] later: 0 of 7 done, 7 waiting for a source, no worker is connected
  quick/results~seed=1: last heartbeat 26 s ago
  quick/results~seed=2: starting, estimating…
elapsed 1 min 30 s, no worker is connected`
	if got != want {
		t.Errorf("drawn:\n%s\nwant:\n%s", got, want)
	}
}

func TestDrawingFitsTheScreen(t *testing.T) {
	for width := 10; width < 90; width += 20 {
		for height := 3; height < 8; height++ {
			block := block(snapshot(), "", width, height)
			if len(block) > height {
				t.Errorf("%d lines on a screen of %d", len(block), height)
			}
			for _, line := range block {
				if n := cells(line); n > width {
					t.Errorf("a line of %d cells on a screen of %d: %s", n, width, line)
				}
			}
		}
	}
}

func TestLinesAreNoFlood(t *testing.T) {
	e, out, _ := collected()
	l := NewLines(e)
	now := l.started
	l.now = func() time.Time { return now }
	line := &manifest.Line{State: manifest.Done, Sweep: "big", File: "r.h5"}
	for range 10 {
		for range 1000 {
			l.Task(line)
		}
		now = now.Add(time.Second)
		l.Progress(*snapshot())
	}
	if n := strings.Count(out.String(), "\n"); n > burst+10*linesPerSec+10 {
		t.Errorf("%d lines for 10,000 tasks in 10 s", n)
	}
	if !strings.Contains(out.String(), "… and ") {
		t.Error("no line counts the tasks that got none")
	}
	now = now.Add(time.Hour)
	l.Progress(*snapshot())
	for range burst + 1 {
		l.Task(line)
	}
	l.Summary(control.Summary{}, nil)
	if got, want := out.String(), "… and 1 task more\n"; !strings.HasSuffix(got, want) {
		t.Errorf("before the summary: %q, want %q", got, want)
	}
}

// Without a terminal, as in a batch job, the progress and the time left are printed soon after the start, and then at least once a
// minute but not much more often.
func TestLinesShowTheTimeLeftEachMinute(t *testing.T) {
	e, out, _ := collected()
	l := NewLines(e)
	now := l.started
	l.now = func() time.Time { return now }
	var times []time.Duration // at which something was printed
	for now.Sub(l.started) < 20*time.Minute {
		l.Progress(*snapshot())
		if out.Len() > 0 {
			times = append(times, now.Sub(l.started))
			want := "quick: 2 of 4 done, 1 failed, 1 running, about 20 s left\nlater: 0 of 7 done, 7 waiting for a source, estimating…\n" +
				"all sweeps: 2 of 11 done, about 3 min 20 s left\n"
			if out.String() != want {
				t.Fatalf("printed\n%s\nwant\n%s", out, want)
			}
			out.Reset()
		}
		now = now.Add(250 * time.Millisecond)
	}
	if len(times) < 20 || len(times) > 28 || times[0] > 10*time.Second {
		t.Errorf("printed at %v", times)
	}
	for i := 1; i < len(times); i++ {
		if d := times[i] - times[i-1]; d > time.Minute {
			t.Errorf("nothing for %v before %v", d, times[i])
		}
	}
}

func TestScreenClearsWhatItDrew(t *testing.T) {
	e, out, _ := collected()
	s := newScreen(e)
	s.Progress(*snapshot())
	drawn := strings.Count(out.String(), "\n")
	out.Reset()
	s.Summary(control.Summary{}, nil)
	if want := "\r\x1b[5A\x1b[J"; drawn != 5 || !strings.HasPrefix(out.String(), want) {
		t.Errorf("%d lines drawn, then %q, want 5 and %q", drawn, out, want)
	}
}

// A screen that begins to watch a run in its second hour counts the tasks per minute from then on.
func TestTheRateIsOfTheTimeThatWasWatched(t *testing.T) {
	e, out, _ := collected()
	s := newScreen(e)
	s.Progress(control.Snapshot{Elapsed: time.Hour})
	for range 6 {
		s.Task(&manifest.Line{State: manifest.Done})
	}
	s.Progress(control.Snapshot{Elapsed: time.Hour + 2*time.Minute})
	if !strings.Contains(out.String(), "elapsed 1 h 02 min, 3.0 tasks/min") {
		t.Errorf("drawn: %q", out)
	}
}

func TestNoticesAreWordedForAPerson(t *testing.T) {
	e, out, told := collected()
	s := newScreen(e)
	s.Progress(*snapshot())
	out.Reset()
	log := NewLogger(s.Notice).With("worker", "w").WithGroup("g")
	log.Info("nothing that concerns anyone")
	log.Warn("an attempt failed", "attempt", 2, "error", errors.New("no space"))
	if want := "warning: an attempt failed (worker w, attempt 2): no space\n"; told.String() != want {
		t.Errorf("told %q, want %q", told, want)
	}
	if !strings.HasPrefix(out.String(), "\r\x1b[5A") {
		t.Errorf("the block was not cleared: %q", out)
	}
}

func TestDurationsAndSizes(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", 59 * time.Second: "59 s", 61 * time.Second: "1 min 01 s", 2*time.Hour + 5*time.Minute: "2 h 05 min",
		50 * time.Hour: "2 days 2 h",
	} {
		if got := cli.Duration(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
	if got, want := cli.Seconds(9e12), "285,193 years"; got != want {
		t.Errorf("9e12 s are %q, want %q", got, want)
	}
	for n, want := range map[int64]string{0: "0 bytes", 999: "999 bytes", 1500: "1.46 KiB", 250e6: "238 MiB", 3.2e12: "2.91 TiB"} {
		if got := cli.Size(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}

// collected is an environment whose output is collected.
func collected() (*cli.Env, *bytes.Buffer, *bytes.Buffer) {
	var out, err bytes.Buffer
	e := cli.NewEnv(strings.NewReader(""), &out, &err, func(string) string { return "" })
	return e, &out, &err
}

func TestCellsOfALine(t *testing.T) {
	for line, want := range map[string]int{"": 0, "abc": 3, "[#··] é…": 8, "日本": 4, "e\u0301": 1, "👍": 2, "ｆｕｌｌ": 8} {
		if got := cells(line); got != want {
			t.Errorf("%q takes %d cells, want %d", line, got, want)
		}
	}
	for most, want := range map[int]string{6: "日本語", 5: "日本…", 4: "日…", 3: "日…", 2: "…", 1: "…"} {
		if got := Cut("日本語", most); got != want {
			t.Errorf("in %d cells: %q, want %q", most, got, want)
		}
	}
}

// TestANarrowerTerminalIsClearedAsWell makes the terminal narrower after a block was
// drawn, which breaks its lines.
func TestANarrowerTerminalIsClearedAsWell(t *testing.T) {
	e, out, _ := collected()
	width := 80
	e.TerminalSize = func() (int, int) { return width, 24 }
	s := newScreen(e)
	s.Progress(*snapshot())
	rows := 0
	width = 30
	for line := range strings.Lines(out.String()) {
		rows += (cells(strings.TrimSuffix(line, "\n")) + width - 1) / width
	}
	out.Reset()
	s.Summary(control.Summary{}, nil)
	if want := "\r\x1b[" + strconv.Itoa(rows) + "A\x1b[J"; rows <= 5 || !strings.HasPrefix(out.String(), want) {
		t.Errorf("%q, want %q", out, want)
	}
}

func TestUntrustedTextStaysOnItsLine(t *testing.T) {
	const hostile = "a\x1b[2J\u202eb\r\n" + forged
	e, out, told := collected()
	NewLogger(newScreen(e).Notice).With("worker", hostile).Warn("an attempt failed", "host", hostile, "error", errors.New(hostile))
	if text := out.String() + told.String(); strings.Contains("\n"+text, "\n"+forged) || strings.Contains(text, "\x1b") {
		t.Errorf("a line is forged:\n%s", text)
	}
	for _, line := range block(&control.Snapshot{Running: []control.RunningTask{{Sweep: hostile, File: hostile + "\t"}}}, "", 20, 5) {
		if strings.ContainsAny(line, "\n\t\x1b") || cells(line) > 20 {
			t.Errorf("%q takes more than a line of 20 cells", line)
		}
	}
}

// forged is what a hostile text has behind its newline.
const forged = "eisweep: all is well"

func TestTimeLeftHasARange(t *testing.T) {
	for want, got := range map[string]string{
		"estimating…":                          TimeLeft(0, false, nil),
		"about 50 s left":                      TimeLeft(50*time.Second, true, nil),
		"about 50 s left (40 s to 1 min 05 s)": TimeLeft(50*time.Second, true, &[2]time.Duration{40 * time.Second, 65 * time.Second}),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
