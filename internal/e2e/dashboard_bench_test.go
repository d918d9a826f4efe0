package e2e

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// manyTasks is a sweep of 100,000 tasks, each of which takes some milliseconds.
const manyTasks = `name = "many"
experiment = "APPROXIMATE"
seeds = { first = 1, count = 10 }

[parameters]
ng.exc.n_per_axis = 2
inp.n_stimuli = 2
numint.n_trials = 1

[axes]
sy.e2e.w_total = { from = 1.0, to = 2.0, count = 100 }
sy.e2i.w_total = { from = 1.0, to = 2.0, count = 100 }
`

// observed is how long the page is looked at.
const observed = 30 * time.Second

// BenchmarkDashboard opens the page of a sweep of 100,000 tasks while workers execute them. It reports when the page is first painted and
// when it has its table, from the click on its address; the longest time for which an update kept it from answering its user; its memory
// after a garbage collection, with arrays; and the coordinator's processor time, for the page, and for tasks and page together. The former
// is what it takes more than for as many tasks without a page.
func BenchmarkDashboard(bench *testing.B) {
	needs(bench, namespaceErr)
	b := newBrowser(bench)
	at := here(bench)
	c := &cluster{t: bench, program: built(bench, plain)}
	coordinator := c.coordinator(at, "--http", freeAddress(bench))
	coordinator.await("#token=")
	link := linkLine.FindStringSubmatch(coordinator.output())
	sweep := filepath.Join(bench.TempDir(), "many.toml")
	write(bench, sweep, manyTasks)
	c.does(at, "launch", sweep)
	b.does(chromedp.Navigate(link[0]))
	b.shows("main tbody", "many")
	c.worker(at)
	b.shows("main td .status", "running")
	b.does(chromedp.Navigate("about:blank"))
	without := c.spends(at, coordinator)
	for bench.Loop() {
		b.does(chromedp.Navigate(link[1] + "#/sweep/many"))
		b.holds(`performance.mark("table") && document.querySelector(".grid tbody a")`)
		b.does(chromedp.Evaluate[chromedp.Void](`globalThis.longest = 0;
			new PerformanceObserver((l) => l.getEntries().forEach((e) => longest = Math.max(longest, e.duration))).observe({type: "longtask"})`))
		with := c.spends(at, coordinator)
		bench.ReportMetric(value[float64](b, `performance.getEntriesByName("first-contentful-paint")[0].startTime`), "first-paint-ms")
		bench.ReportMetric(value[float64](b, `performance.getEntriesByName("table").at(-1).startTime`), "table-ms")
		bench.ReportMetric(value[float64](b, "longest"), "update-ms")
		bench.ReportMetric(b.memory()/1e6, "MB")
		bench.ReportMetric(100*(with.seconds-without.seconds/without.tasks*with.tasks)/observed.Seconds(), "%core-for-the-page")
		bench.ReportMetric(100*with.seconds/observed.Seconds(), "%core-for-all")
	}
}

// memory is what the page takes after a garbage collection, in bytes.
func (b *browser) memory() float64 {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, heapprofiler.CollectGarbage, cdp.Empty{})
	if err != nil {
		b.t.Fatal(err)
	}
	usage, err := chromedp.Call(b.ctx, runtime.GetHeapUsage, cdp.Empty{})
	if err != nil {
		b.t.Fatal(err)
	}
	return usage.UsedSize + usage.EmbedderHeapUsedSize + usage.BackingStorageSize
}

// spent is what a coordinator does in the time in which the page is looked at.
type spent struct{ seconds, tasks float64 }

// spends measures how much processor time a coordinator takes, for how many tasks that end.
func (c *cluster) spends(at place, coordinator *process) spent {
	c.t.Helper()
	done, seconds := c.status(at, "many").Done, processorTime(c.t, coordinator.pid)
	<-time.After(observed)
	seconds = processorTime(c.t, coordinator.pid) - seconds
	return spent{seconds, float64(c.status(at, "many").Done - done)}
}
