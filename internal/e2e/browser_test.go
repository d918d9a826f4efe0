package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	requests "github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// axeFile is the accessibility checker, which tools/web-packages fetches.
const axeFile = "../../web/node_modules/axe-core/axe.min.js"

// browser is a tab of a headless Chromium, and what went wrong in it.
type browser struct {
	t   testing.TB
	ctx context.Context
	axe string

	mu      sync.Mutex
	errors  []string        // of the console, and uncaught
	origins map[string]bool // to which requests went
}

// chromium is the path of the browser.
func chromium() (string, error) {
	for _, name := range []string{"chromium-headless-shell", "chromium", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no Chromium on PATH: install chromium-headless-shell (tools/setup e2e does)")
}

// newBrowser starts one, which ends with the test.
func newBrowser(t testing.TB) *browser {
	t.Helper()
	path, err := chromium()
	needs(t, err)
	axe, err := os.ReadFile(axeFile)
	needs(t, err)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.UserDataDir(t.TempDir()))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, leave := chromedp.NewContext(allocator)
	b := &browser{t: t, ctx: ctx, axe: string(axe), origins: map[string]bool{}}
	var listeners sync.WaitGroup
	t.Cleanup(func() {
		leave()
		stop()
		listeners.Wait()
	})
	if _, err := chromedp.Call(ctx, requests.Enable, requests.EnableParams{}); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	messages, sent := chromedp.Console(ctx), chromedp.Events(ctx, requests.RequestWillBeSent)
	listeners.Go(func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			b.hear(m)
		}
	})
	listeners.Go(func() {
		for e, err := range sent {
			if err != nil {
				return
			}
			b.notice(e.Request.URL)
		}
	})
	b.looksLike(desktop)
	return b
}

// hear keeps the errors of the console.
func (b *browser) hear(m chromedp.ConsoleMessage) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if m.IsException() || m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleWarning {
		b.errors = append(b.errors, m.Text+" "+m.URL)
	}
}

// notice keeps where a request went.
func (b *browser) notice(address string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if u, err := url.Parse(address); err == nil && u.Scheme != "data" {
		b.origins[u.Scheme+"://"+u.Host] = true
	}
}

// takeErrors returns the errors since the last call.
func (b *browser) takeErrors() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	errors := b.errors
	b.errors = nil
	return errors
}

func (b *browser) does(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.t.Fatalf("%v\nthe page:\n%s\nits errors: %q", err, b.text(), b.takeErrors())
	}
}

// value is that of an expression of JavaScript, or of the promise that it is.
func value[T any](b *browser, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%v\nthe page:\n%s\nits errors: %q", err, b.text(), b.takeErrors())
	}
	return v
}

// text is what the page says.
func (b *browser) text() string {
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("document.body.innerText"))
	if err != nil {
		return err.Error()
	}
	return text
}

// holds waits until an expression of JavaScript is true.
func (b *browser) holds(expression string) {
	b.t.Helper()
	var held bool
	defer func() {
		if !held {
			b.t.Logf("the page:\n%s\nits errors: %q", b.text(), b.takeErrors())
		}
	}()
	await(b.t, expression, func() bool {
		held = value[bool](b, "Boolean("+expression+")")
		return held
	})
}

// shows waits until an element that a selector finds contains a text.
func (b *browser) shows(selector, text string) {
	b.t.Helper()
	b.holds(fmt.Sprintf("[...document.querySelectorAll(%s)].some((e) => e.textContent.includes(%s))", inScript(selector), inScript(text)))
}

// click clicks with the mouse on the element that a selector finds and that contains a text, once there is one.
func (b *browser) click(selector, text string) {
	b.t.Helper()
	found := fmt.Sprintf("[...document.querySelectorAll(%s)].find((e) => e.textContent.includes(%s) && !e.disabled)",
		inScript(selector), inScript(text))
	b.holds(found)
	at := value[point](b, fmt.Sprintf(`(() => {
		const e = %s;
		e.scrollIntoView({block: "center", behavior: "instant"});
		const r = e.getBoundingClientRect();
		return {x: r.left + r.width / 2, y: r.top + r.height / 2};
	})()`, found))
	b.does(chromedp.MouseClickXY(at.X, at.Y))
}

type point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// opens goes to a view of the page.
func (b *browser) opens(view string) {
	b.t.Helper()
	value[string](b, "location.hash = "+inScript(view))
	b.holds(`document.querySelector("main h1")`)
}

func inScript(text string) string {
	out, err := json.Marshal(text)
	if err != nil {
		return `""` // any text can be encoded
	}
	return string(out)
}

// look is how the page is looked at.
type look struct {
	name          string
	scheme        string // dark or light
	width, height int64
	phone         bool
}

var (
	desktop = look{"light", "light", 1280, 860, false}
	looks   = []look{desktop, {"dark", "dark", 1280, 860, false}, {"phone", "light", 390, 844, true}}
)

func (b *browser) looksLike(l look) {
	b.t.Helper()
	scheme := &emulation.MediaFeature{Name: "prefers-color-scheme", Value: l.scheme}
	motion := &emulation.MediaFeature{Name: "prefers-reduced-motion", Value: "reduce"}
	b.does(func(ctx context.Context, target *chromedp.Target) (none chromedp.Void, err error) {
		_, err = cdp.Call(ctx, target, emulation.SetEmulatedMedia,
			emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{scheme, motion}})
		if err == nil {
			_, err = cdp.Call(ctx, target, emulation.SetDeviceMetricsOverride,
				emulation.SetDeviceMetricsOverrideParams{Width: l.width, Height: l.height, DeviceScaleFactor: 1, Mobile: l.phone})
		}
		return none, err
	})
}

// violation is what axe finds.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML           string `json:"html"`
		FailureSummary string `json:"failureSummary"`
	} `json:"nodes"`
}

// isAccessible checks the page as it is with axe.
func (b *browser) isAccessible(what string) {
	b.t.Helper()
	if value[bool](b, "!globalThis.axe") {
		b.does(chromedp.Evaluate[chromedp.Void](b.axe))
	}
	result := value[struct {
		Violations []violation `json:"violations"`
	}](b, "axe.run().then((r) => ({violations: r.violations}))")
	for _, v := range result.Violations {
		b.t.Errorf("%s: %s: %s", what, v.ID, v.Help)
		for _, n := range v.Nodes[:min(3, len(v.Nodes))] {
			b.t.Logf("%s\n%s", n.HTML, n.FailureSummary)
		}
	}
}

// fitsItsWidth wants no part of the page to be wider than the window.
func (b *browser) fitsItsWidth(what string) {
	b.t.Helper()
	wide := value[int](b, "document.documentElement.scrollWidth - document.documentElement.clientWidth")
	if wide > 0 {
		b.t.Errorf("%s is %d pixels wider than the window", what, wide)
	}
}

// screenshots is the directory that pictures go to; "" for none.
var screenshots = os.Getenv("EISWEEP_SCREENSHOTS")

// picture stores what the window shows.
func (b *browser) picture(name string) {
	b.t.Helper()
	if screenshots == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(screenshots, "dashboard-"+name+".png"), compressed(b.t, png), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// sinceThen logs how long something took.
func (b *browser) sinceThen(what string, begun time.Time) {
	b.t.Logf("%s: %.1f s", what, time.Since(begun).Seconds())
}

// isolated wants that requests went to one origin only.
func (b *browser) isolated(origin string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for o := range b.origins {
		if o != strings.TrimSuffix(origin, "/") {
			b.t.Errorf("the page sent a request to %s", o)
		}
	}
}
