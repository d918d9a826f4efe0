package e2e

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// BenchmarkTinyTasks measures the smallest tasks that there are, and those of the tests, end to end: durable queue, simulation,
// HDF5 file, manifest. Run it with -benchtime 4000x.
func BenchmarkTinyTasks(b *testing.B) {
	for _, perAxis := range []int{1, 3} {
		b.Run(fmt.Sprintf("stimuli=%d", perAxis*perAxis*perAxis), func(b *testing.B) { benchmarkTinyTasks(b, perAxis) })
	}
}

func benchmarkTinyTasks(b *testing.B, perAxis int) {
	at := here(b)
	c := &cluster{t: b, program: built(b, plain)}
	coordinator, worker := c.coordinator(at), c.worker(at, "--slots", "2")
	file := sweepFile(b, "tiny", b.N, 2, 1, "")
	coordinating, working := processorTime(b, coordinator.pid), processorTime(b, worker.pid)
	b.ResetTimer()
	begun := time.Now()
	c.does(at, "launch", "--follow", file, "--set", fmt.Sprintf("inp.n_stimuli=%d", perAxis))
	b.ReportMetric(float64(b.N)/time.Since(begun).Seconds(), "tasks/s")
	b.ReportMetric(1000*(processorTime(b, coordinator.pid)-coordinating)/float64(b.N), "cpu-ms/coordinator")
	b.ReportMetric(1000*(processorTime(b, worker.pid)-working)/float64(b.N), "cpu-ms/worker")
	var computing float64
	for _, l := range manifestLines(b, c.root(at), "tiny") {
		computing += l.Seconds
	}
	b.ReportMetric(1000*computing/float64(b.N), "ms/attempt") // from its start to its result on disk
}

// processorTime is what a process of this machine has taken, in seconds.
func processorTime(t testing.TB, pid string) float64 {
	t.Helper()
	const ticks = 100 // a second
	text := contents("/proc/" + pid + "/stat")
	fields := strings.Fields(text[strings.LastIndex(text, ")")+1:])
	if len(fields) < 13 {
		t.Fatalf("nobody tells the processor time of process %s", pid)
	}
	var total float64
	for _, field := range fields[11:13] { // user and system
		n, err := strconv.ParseFloat(field, 64)
		if err != nil {
			t.Fatal(err)
		}
		total += n
	}
	return total / ticks
}

// BenchmarkTasksOfATenthOfASecond measures how much of two workers' time goes into tasks of about 100 ms, by what the
// manifest says that they took. Run it with -benchtime 200x.
func BenchmarkTasksOfATenthOfASecond(b *testing.B) {
	at := here(b)
	c := &cluster{t: b, program: built(b, plain)}
	root := c.root(at)
	c.coordinator(at)
	c.worker(at)
	c.worker(at)
	file := sweepFile(b, "tenth", b.N, 3, 170, "")
	b.ResetTimer()
	c.does(at, "launch", "--follow", file)
	lines := manifestLines(b, root, "tenth")
	if len(lines) != b.N {
		b.Fatalf("%d results, want %d", len(lines), b.N)
	}
	var busy time.Duration
	first, last := lines[0].Started, lines[0].Finished
	for _, l := range lines {
		busy += l.Finished.Sub(l.Started)
		if l.Started.Before(first) {
			first = l.Started
		}
		if l.Finished.After(last) {
			last = l.Finished
		}
	}
	b.ReportMetric(busy.Seconds()/float64(b.N)*1000, "ms/task")
	b.ReportMetric(100*busy.Seconds()/(2*last.Sub(first).Seconds()), "%busy")
}

// BenchmarkMillion measures what a large sweep asks of the program: launching, status, a small sweep behind it,
// cancelling. Run it with -benchtime 1000000x.
func BenchmarkMillion(b *testing.B) {
	at := here(b)
	c := &cluster{t: b, program: built(b, plain)}
	coordinator := c.coordinator(at)
	large, small := sweepFile(b, "large", b.N, 2, 1, ""), sweepFile(b, "small", 10, 2, 2, "")
	b.ResetTimer()
	took := func(unit string, f func()) {
		begun := time.Now()
		f()
		b.ReportMetric(time.Since(begun).Seconds(), unit)
	}
	took("s/plan", func() { c.does(at, "plan", large) })
	took("s/launch", func() { c.does(at, "launch", large) })
	b.ReportMetric(float64(size(b, filepath.Join(c.root(at), ".eisweep", "store")))/float64(b.N), "B/queued")
	took("s/status", func() { c.does(at, "status") })
	c.worker(at)
	took("s/small", func() { c.does(at, "launch", "--follow", small) })
	took("s/relaunch", func() { c.does(at, "launch", large) })
	took("s/cancel", func() { c.does(at, "cancel", "large") })
	b.ReportMetric(residentPeak(b, coordinator.pid), "MiB/coordinator")
}

// residentPeak is the most memory that a process of this machine had, in MiB.
func residentPeak(t testing.TB, pid string) float64 {
	t.Helper()
	var kilobytes float64
	for _, line := range linesOf(contents("/proc/" + pid + "/status")) {
		if n, err := fmt.Sscanf(line, "VmHWM: %f kB", &kilobytes); n == 1 && err == nil {
			return kilobytes / 1024
		}
	}
	t.Fatalf("nobody tells the memory of process %s", pid)
	return 0
}
