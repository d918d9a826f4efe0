package e2e

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"net"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// linkLine finds the dashboard's link in the output of a coordinator.
var linkLine = regexp.MustCompile(`(http://[^/\s"]+/)#token=\w+`)

// TestTheDashboardInABrowser watches a sweep from its launch to its end in a browser, runs a failed task again from the page, kills a
// worker, and restarts the coordinator. The page has no errors, asks no other host, and passes axe in every view.
func TestTheDashboardInABrowser(t *testing.T) {
	needs(t, namespaceErr)
	b := newBrowser(t)
	at := here(t)
	c := newCluster(t, "numeric:seed=4")
	root := c.root(at)
	c.hold(root, everyTask)
	http := []string{"--http", freeAddress(t)}
	coordinator := c.coordinator(at, http...)
	coordinator.await("#token=")
	link := linkLine.FindStringSubmatch(coordinator.output())
	w := newWorkerPool(c, root, at, at)

	b.does(chromedp.Navigate(link[0]))
	b.shows("main", "No sweep has been launched")
	c.does(at, "launch", sweepFile(t, "tuning", 4, 2, 40, `
[axes]
pl.is_plastic = ["EXC", "BOTH"]
sy.e2e.w_total = { from = 1.0, to = 2.0, count = 4 }
`))
	b.watchesATask()
	c.release(root)
	b.opens("#/sweep/tuning")
	b.shows(".title .status", "finished")
	b.shows(".readout", "intervals")
	b.reruns()
	c.does(at, "launch", sweepFile(t, "untrained", 1, 2, 1, "pl.is_plastic = \"NEITHER\"\n"))
	b.drawsWhatThereIs()
	b.loses(w.members[1].process)
	b.noErrors()
	b.comesBack(func() {
		coordinator.drop()
		b.shows(".connection", "disconnected")
		c.coordinator(at, http...)
	})
	b.takeErrors() // of connections to a server that was not there
	b.isOperatedByKeys()
	b.looksGood()
	b.onlyReads(linkLine.FindString(c.does(at, "dashboard", "--read")))
	b.noErrors()
	b.isolated(link[1])
}

// watchesATask opens a task that runs, and waits for its learning curves and its log.
func (b *browser) watchesATask() {
	b.t.Helper()
	b.shows("main td .status", "running")
	b.click("main th a", "tuning")
	b.click(".tabs .grid tr:has(.state-running) a", "t")
	b.shows(".title .key", "running")
	b.holds(`/trial ([3-9]|[1-4][0-9]) of 40/.test(document.querySelector(".panel header .muted")?.textContent)`)
	b.holds(`document.querySelectorAll(".curves .plot canvas").length === 3`)
	b.shows(".log", "of 40: steps")
	b.picture("task")
}

// reruns opens the first task that failed, and runs it again.
func (b *browser) reruns() {
	b.t.Helper()
	b.click("[role=tab]", "Failures")
	b.shows("[role=tabpanel]", "numeric")
	b.click("[role=tabpanel] th a", "t")
	b.shows(".title .key", "failed")
	b.shows(".note", "numeric")
	b.click(".controls button", "Rerun")
	b.shows("dialog[open]", "1 task")
	b.click("dialog[open] button.primary", "Rerun")
	b.click("dialog[open] button", "Close")
	b.shows(".title .key", "done")
}

// drawsWhatThereIs opens the figures of a result without training: those of the training are named with the reason, and not asked for.
func (b *browser) drawsWhatThereIs() {
	b.t.Helper()
	b.opens("#/sweep/untrained")
	b.shows(".title .status", "finished")
	b.click(".tabs .grid tr:has(.state-done) a", "t")
	b.click("[role=tab]", "Figures")
	b.shows("[role=tabpanel] dl", "convergence")
	b.shows("[role=tabpanel] dd", "not trained")
	b.holds(`[...document.querySelectorAll("[role=tabpanel] img")].some((i) => i.complete && i.naturalWidth > 0)`)
}

// loses kills a worker, and waits until the page shows that.
func (b *browser) loses(worker *process) {
	b.t.Helper()
	b.opens("#/workers")
	b.holds(`document.querySelectorAll("main tbody tr").length === 2`)
	begun := time.Now()
	worker.drop()
	b.shows("main tbody tr.lost", "silent")
	b.sinceThen("the page shows that a worker was killed", begun)
}

// comesBack waits until the page is connected again after a restart.
func (b *browser) comesBack(restart func()) {
	b.t.Helper()
	restart()
	begun := time.Now()
	b.shows(".connection", "live")
	b.sinceThen("the page is connected again after a restart of the coordinator", begun)
	b.opens("#/sweeps")
	b.shows("main tbody", "tuning")
}

// isOperatedByKeys moves on the map of tasks, lists the tasks of a cell, and changes the tab, without a mouse.
func (b *browser) isOperatedByKeys() {
	b.t.Helper()
	b.opens("#/sweep/tuning")
	b.holds(`document.querySelector(".map .canvas canvas")`)
	b.does(chromedp.Evaluate[chromedp.Void](`document.querySelector(".map .canvas").focus()`), chromedp.KeyEvent(kb.ArrowRight))
	b.shows(".map .readout", "sy.e2e.w_total = ")
	b.does(chromedp.KeyEvent(kb.Enter))
	b.shows("#filter-result", "4 of 32 tasks")
	b.does(chromedp.Evaluate[chromedp.Void](`document.querySelector("[role=tab]").focus()`), chromedp.KeyEvent(kb.ArrowRight),
		chromedp.KeyEvent(kb.ArrowRight))
	b.shows("[role=tab][aria-selected=true]", "Parallel coordinates")
	b.shows("[role=tabpanel] .readout", "4 tasks")
}

// onlyReads opens a link that permits only to read: there are no controls.
func (b *browser) onlyReads(link string) {
	b.t.Helper()
	b.does(chromedp.Navigate("about:blank"), chromedp.Navigate(link))
	b.shows("main tbody", "tuning")
	b.opens("#/sweep/tuning")
	b.shows(".tabs .grid", "done")
	b.holds(`document.querySelectorAll(".controls button").length === 0`)
	b.opens("#/workers")
	b.holds(`document.querySelectorAll("main tbody tr").length > 0 && document.querySelectorAll("main button").length === 0`)
}

// looksGood checks every view in every look.
func (b *browser) looksGood() {
	b.t.Helper()
	for _, l := range looks {
		b.looksLike(l)
		b.opens("#/sweeps")
		b.shows("main tbody", "finished")
		b.checks("sweeps", l)
		b.opens("#/sweep/tuning")
		b.holds(measured)
		b.checks("sweep", l)
		for _, tab := range []string{"Running", "Parallel coordinates", "Failures", "Events", "Sweep file"} {
			b.click("[role=tab]", tab)
			b.holds(`!document.querySelector("[role=tabpanel]").textContent.includes("Loading")`)
			b.checks(tab, l)
		}
		b.click("[role=tab]", "Tasks")
		b.click(".tabs .grid tr:has(.state-done) a", "t")
		b.click("[role=tab]", "Figures")
		b.holds(`[...document.querySelectorAll("[role=tabpanel] img")].some((i) => i.complete && i.naturalWidth > 0)`)
		b.checks("result", l)
		for _, view := range []string{"workers", "events", "problems"} {
			b.opens("#/" + view)
			b.holds(`!document.querySelector("main").textContent.includes("Loading")`)
			b.checks(view, l)
		}
	}
	b.looksLike(desktop)
}

// measured is true once the table has values of a measure.
const measured = `(() => {
	const at = [...document.querySelectorAll(".grid thead th")].findIndex((h) => h.textContent.startsWith("osi_e_mean"));
	return at > 0 && [...document.querySelectorAll(".grid tbody tr")].some((r) => /\d/.test(r.cells[at]?.textContent));
})()`

// checks checks a view in a look, and takes its picture if docs/ has it.
func (b *browser) checks(view string, l look) {
	b.t.Helper()
	b.isAccessible(view + ", " + l.name)
	b.fitsItsWidth(view + ", " + l.name)
	if slices.Contains([]string{"sweep-light", "sweep-phone", "result-dark"}, view+"-"+l.name) {
		b.picture(view + "-" + l.name)
	}
}

func (b *browser) noErrors() {
	b.t.Helper()
	for _, text := range b.takeErrors() {
		b.t.Errorf("the browser's console: %s", text)
	}
}

// freeAddress is an address of this machine that nothing listens on.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// compressed is a PNG with at most 256 colours, of which text and lines have no more than that.
func compressed(t testing.TB, text []byte) []byte {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, withPalette(picture)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// withPalette takes the most frequent colours and those that are least like them, and for each other colour the nearest one.
func withPalette(picture image.Image) *image.Paletted {
	bounds := picture.Bounds()
	counts := map[color.RGBA]int{}
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			counts[color.RGBAModel.Convert(picture.At(x, y)).(color.RGBA)]++
		}
	}
	colours := make([]color.RGBA, 0, len(counts))
	for c := range counts {
		colours = append(colours, c)
	}
	slices.SortFunc(colours, func(a, b color.RGBA) int { return counts[b] - counts[a] })
	palette := make(color.Palette, 0, 256)
	for _, c := range colours[:min(192, len(colours))] {
		palette = append(palette, c)
	}
	for len(palette) < min(256, len(colours)) {
		palette = append(palette, slices.MaxFunc(colours, func(a, b color.RGBA) int {
			return counts[a]*distance(a, palette) - counts[b]*distance(b, palette)
		}))
	}
	nearest := map[color.RGBA]uint8{}
	for _, c := range colours {
		nearest[c] = uint8(palette.Index(c))
	}
	out := image.NewPaletted(bounds, palette)
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			out.SetColorIndex(x, y, nearest[color.RGBAModel.Convert(picture.At(x, y)).(color.RGBA)])
		}
	}
	return out
}

// distance is that of a colour from the nearest one of a palette, squared.
func distance(c color.RGBA, palette color.Palette) (sum int) {
	n := palette.Convert(c).(color.RGBA)
	for _, d := range []int{int(c.R) - int(n.R), int(c.G) - int(n.G), int(c.B) - int(n.B)} {
		sum += d * d
	}
	return sum
}
