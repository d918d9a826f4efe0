package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"eisweep/cmd/eisweep/internal/views/api"
	"eisweep/internal/events"
	"eisweep/internal/natstest"
)

// visitor is a browser without a page: it has a session.
type visitor struct {
	t      *testing.T
	base   string
	cookie *http.Cookie
}

// visit opens a link to a dashboard.
func visit(t *testing.T, link string) *visitor {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil || u.Fragment == "" {
		t.Fatalf("%q is no link (%v)", link, err)
	}
	v := &visitor{t: t, base: "http://" + u.Host}
	answer := v.do(v.request(http.MethodPost, "/api/session", map[string]string{"token": strings.TrimPrefix(u.Fragment, "token=")}))
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK || len(answer.Cookies()) != 1 {
		t.Fatalf("the link opens nothing: %s", answer.Status)
	}
	v.cookie = answer.Cookies()[0]
	return v
}

func (v *visitor) request(method, path string, body any) *http.Request {
	text, err := json.Marshal(body)
	if err != nil {
		v.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(v.t.Context(), deadline)
	v.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, method, v.base+path, strings.NewReader(string(text)))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Origin", v.base)
	r.Header.Set("Content-Type", "application/json")
	if v.cookie != nil {
		r.AddCookie(v.cookie)
	}
	return r
}

func (v *visitor) do(r *http.Request) *http.Response {
	v.t.Helper()
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer
}

// ask returns the answer to a request, which must have that status.
func ask[T any](v *visitor, status int, method, path string, body any) (out T) {
	v.t.Helper()
	answer := v.do(v.request(method, path, body))
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != status {
		v.t.Fatalf("%s %s: %s, want %d: %s (%v)", method, path, answer.Status, status, text, err)
	}
	if s, ok := any(&out).(*string); ok {
		*s = string(text)
	} else if err := json.Unmarshal(text, &out); err != nil {
		v.t.Fatalf("%s %s: %v: %s", method, path, err, text)
	}
	return out
}

func get[T any](v *visitor, path string) T {
	v.t.Helper()
	return ask[T](v, http.StatusOK, http.MethodGet, path, nil)
}

func post[T any](v *visitor, path string, body any) T {
	v.t.Helper()
	return ask[T](v, http.StatusOK, http.MethodPost, path, body)
}

// awaitEvent reads a stream until an event of a name fits.
func awaitEvent[T any](v *visitor, query, name string, fits func(*T) bool) {
	v.t.Helper()
	answer := v.do(v.request(http.MethodGet, "/api/stream"+query, nil))
	defer answer.Body.Close()
	in := bufio.NewScanner(answer.Body)
	in.Buffer(nil, 8<<20)
	var event string
	for in.Scan() {
		if found, ok := strings.CutPrefix(in.Text(), "event: "); ok {
			event = found
		}
		data, ok := strings.CutPrefix(in.Text(), "data: ")
		if !ok || event != name {
			continue
		}
		var value T
		if err := json.Unmarshal([]byte(data), &value); err != nil {
			v.t.Fatalf("%v: %s", err, data)
		}
		if fits(&value) {
			return
		}
	}
	v.t.Fatalf("no event %s that fits: %s, %v", name, answer.Status, in.Err())
}

// linkOf is the link that a coordinator logs.
func linkOf(p *process) string {
	p.t.Helper()
	event := p.await("a link", func(e map[string]any) bool { return e["link"] != nil })
	return event["link"].(string)
}

// taskTable is what a page keeps of a sweep's tasks.
type taskTable struct {
	api.Tasks
}

// take takes in changes.
func (x *taskTable) take(t *api.Tasks) {
	for i, row := range t.Rows {
		x.State[row], x.Class[row], x.Attempt[row], x.Reasons[row] = t.State[i], t.Class[i], t.Attempt[i], t.Reasons[i]
	}
	x.Revision = t.Revision
}

// count counts the rows in a state.
func (x *taskTable) count(state string) (n int) {
	for _, s := range x.State {
		if x.StateNames[s] == state {
			n++
		}
	}
	return n
}

// TestTheDashboardOfACoordinator launches a sweep, follows it to its end, looks at a failed task, and runs it again.
func TestTheDashboardOfACoordinator(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	root := t.TempDir()
	file := filepath.Join(t.TempDir(), "mixed.toml")
	text := "name = \"mixed\"\nexperiment = \"APPROXIMATE\"\nseeds = [1, 2]\n[parameters]\nng.exc.n_per_axis = 2\ninp.n_stimuli = 3\n" +
		"numint.n_trials = 3\n[axes]\npl.eta_e = [1e-5, 3e38]\n"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	c := startProcess(t, "coordinator", "-p", root, "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0")
	v := visit(t, linkOf(c))
	c.await("a ready coordinator", saying("the coordinator is ready"))
	must(t, "launch", file, "-p", root)

	table := &taskTable{get[api.Tasks](v, "/api/sweeps/mixed/tasks")}
	if !table.Full || table.Count != 4 || table.count("pending") != 4 || len(table.Parameters) != 1 ||
		table.Parameters[0].Name != "pl.eta_e" {
		t.Fatalf("the table is %+v", table)
	}
	w := startProcess(t, "worker", "-p", root, "--slots", "2")
	awaitEvent(v, "?sweep=mixed&since="+table.Revision, "tasks", func(changes *api.Tasks) bool {
		table.take(changes)
		return table.count("done") == 2 && table.count("failed") == 2
	})
	again := get[api.Tasks](v, "/api/sweeps/mixed/tasks")
	if !slices.Equal(again.State, table.State) || !slices.Equal(again.Class, table.Class) || !slices.Equal(again.Attempt, table.Attempt) {
		t.Errorf("the changes lead to\n%+v, the table is\n%+v", table, again)
	}

	checkFailures(v)
	failed := get[api.Failures](v, "/api/sweeps/mixed/failures").Classes[0].Tasks[0].ID.String()
	checkTasks(v, table, failed)
	checkRerun(v, failed)

	// The session outlives a restart on the same address, as the page does.
	c.cmd.Process.Signal(syscall.SIGTERM)
	c.end()
	c = startProcess(t, "coordinator", "-p", root, "--listen", "127.0.0.1:0", "--http", strings.TrimPrefix(v.base, "http://"))
	linkOf(c)
	c.await("a ready coordinator", saying("the coordinator is ready"))
	awaitEvent(v, "", "state", func(s *api.State) bool { return s.Full && len(s.Sweeps) == 1 && s.Sweeps[0].Failed == 2 })

	checkReading(v, root)
	var name string
	awaitEvent(v, "", "workers", func(list *api.Workers) bool {
		if len(list.Workers) == 0 || list.Workers[0].Silent {
			return false
		}
		name = list.Workers[0].Name
		return true
	})
	drained := post[api.Effect](v, "/api/workers/drain", api.Drain{Targets: []string{name, "nobody"}})
	if drained.Count != 1 || !slices.Equal(drained.Unknown, []string{"nobody"}) {
		t.Errorf("drained %+v", drained)
	}
	if code, _ := w.end(); code != 0 {
		t.Errorf("the drained worker has exit code %d", code)
	}
	c.cmd.Process.Signal(syscall.SIGTERM)
	if code, _ := c.end(); code != 0 {
		t.Errorf("the coordinator has exit code %d:\n%s", code, &c.stderr)
	}
}

// checkFailures looks at the failures by class and parameter.
func checkFailures(v *visitor) {
	v.t.Helper()
	f := get[api.Failures](v, "/api/sweeps/mixed/failures")
	if len(f.Classes) != 1 || f.Classes[0].Class != "numeric" || f.Classes[0].Count != 2 || f.Classes[0].Tasks[0].Error == "" {
		v.t.Errorf("the failures are %+v", f)
	}
	if want := "eisweep rerun mixed --class numeric --set NAME=VALUE"; f.Classes[0].Rerun != want {
		v.t.Errorf("they run again by %q, want %q", f.Classes[0].Rerun, want)
	}
	if len(f.Values) != 1 || !slices.Equal(f.Values[0].Failed, []int{0, 2}) || !slices.Equal(f.Values[0].Tasks, []int{2, 2}) {
		v.t.Errorf("by parameter they are %+v", f.Values)
	}
	d := get[api.SweepDetail](v, "/api/sweeps/mixed")
	if d.Classes["numeric"] != 2 || !slices.Equal(d.Seeds, []uint32{1, 2}) || !strings.Contains(d.TOML, "pl.eta_e") {
		v.t.Errorf("the sweep is %+v", d)
	}
}

// checkTasks looks at a task that failed and at one that is done.
func checkTasks(v *visitor, table *taskTable, failed string) {
	v.t.Helper()
	var task api.Task
	natstest.Until(v.t, "the event log says why the attempt ended", func() bool {
		task = get[api.Task](v, "/api/tasks/"+failed)
		return len(task.Attempts) > 0 && task.Attempts[0].Ended != ""
	})
	if task.State != "failed" || task.Manifest == nil || task.Manifest.Class != "numeric" || len(task.Attempts) != 1 {
		v.t.Errorf("the failed task is %+v", task)
	}
	if !task.Parameters[0].Varies || task.Parameters[0].Name != "pl.eta_e" || task.Parameters[0].Value != "3e+38" {
		v.t.Errorf("its parameters are %+v", task.Parameters)
	}
	log := get[api.Log](v, "/api/tasks/"+failed+"/log")
	rest := get[api.Log](v, fmt.Sprintf("/api/tasks/%s/log?token=%s&offset=%d", failed, log.Token, log.Next))
	if !strings.Contains(log.Text, "ended: ") || rest.Text != "" || log.Next != log.Bytes {
		v.t.Errorf("its log is %+v, then %+v", log, rest)
	}
	awaitEvent(v, "?sweep=mixed&task="+failed, "log", func(l *api.Log) bool { return l.Text == log.Text })
	done := table.ID[slices.IndexFunc(table.State, func(s int) bool { return table.StateNames[s] == "done" })].String()
	curves := get[api.Curves](v, "/api/tasks/"+done+"/curves?sweep=mixed")
	if len(curves.Trial) != 3 || curves.Trials != 3 || len(curves.StepsMean) != 3 || curves.StepsMean[0] <= 0 {
		v.t.Errorf("its curves are %+v", curves)
	}
	figures := get[api.Figures](v, "/api/tasks/"+done+"/figures")
	for _, figure := range figures.Figures {
		if svg := get[string](v, "/api/tasks/"+done+"/figures/"+figure.Name); !strings.Contains(svg, "</svg>") {
			v.t.Errorf("%s is %.100s", figure.Name, svg)
		}
	}
	if len(figures.Figures) < 10 {
		v.t.Errorf("its figures are %+v", figures)
	}
	if figures := get[api.Figures](v, "/api/tasks/"+failed+"/figures"); len(figures.Figures)+len(figures.Others) != 0 {
		v.t.Errorf("the failed task has figures: %+v", figures)
	}
	for until := time.Now().Add(deadline); ; {
		m := get[api.Measures](v, "/api/sweeps/mixed/measures?names=rate_e_mean,cc_mean")
		if m.Missing == 0 && len(m.Measures) > 0 && len(m.Values[0]) == 4 {
			return
		}
		if time.Now().After(until) {
			v.t.Fatalf("the measures are %+v", m)
		}
	}
}

// checkRerun runs the failed task again, and pauses, resumes and prioritizes the sweep, each with a preview that changes nothing.
func checkRerun(v *visitor, failed string) {
	v.t.Helper()
	rerun := api.Rerun{Failed: true, Tasks: []string{failed}, Preview: true}
	before := get[api.Tasks](v, "/api/sweeps/mixed/tasks")
	preview := post[api.Effect](v, "/api/sweeps/mixed/rerun", rerun)
	if !preview.Preview || preview.Count != 1 || len(preview.Names) != 1 || len(preview.Details) != 1 || !preview.Confirm {
		v.t.Errorf("the preview is %+v", preview)
	}
	if now := get[api.Tasks](v, "/api/sweeps/mixed/tasks"); !slices.Equal(now.State, before.State) {
		v.t.Error("the preview changed something")
	}
	rerun.Preview = false
	if done := post[api.Effect](v, "/api/sweeps/mixed/rerun", rerun); done.Count != 1 || !done.Changed {
		v.t.Errorf("the rerun is %+v", done)
	}
	awaitEvent(v, "?sweep=mixed&task="+failed, "task", func(x *api.Task) bool { return x.State == "failed" && x.Manifest.Run == 2 })
	ask[api.Error](v, http.StatusBadRequest, http.MethodPost, "/api/sweeps/mixed/rerun", api.Rerun{})
	ask[api.Error](v, http.StatusNotFound, http.MethodPost, "/api/sweeps/other/pause", api.Steer{})
	if e := post[api.Effect](v, "/api/sweeps/mixed/pause", api.Steer{Preview: true}); e.Changed || e.Status != "finished" {
		v.t.Errorf("pausing a finished sweep: %+v", e)
	}
	events := get[api.Events](v, "/api/events?subject=mixed")
	if n := len(events.Events); n < 3 || events.Events[n-1].Sweep != "mixed" {
		v.t.Errorf("the events are %+v", events)
	}
	earlier := get[api.Events](v, fmt.Sprintf("/api/events?subject=mixed&limit=1&before=%d", events.Events[1].Seq))
	if len(earlier.Events) != 1 || earlier.Events[0].Seq != events.Events[0].Seq {
		v.t.Errorf("the first event is %+v", earlier)
	}
}

// checkReading opens a link that permits only to read.
func checkReading(v *visitor, root string) {
	v.t.Helper()
	link := regexp.MustCompile(`http://\S+`).FindString(must(v.t, "dashboard", "--read", "-p", root))
	reader := visit(v.t, link)
	if got := get[api.State](reader, "/api/state"); len(got.Sweeps) != 1 {
		v.t.Errorf("it reads %+v", got)
	}
	for _, path := range []string{"/api/sweeps/mixed/cancel", "/api/sweeps/mixed/priority", "/api/sweeps/mixed/rerun", "/api/workers/drain"} {
		ask[api.Error](reader, http.StatusForbidden, http.MethodPost, path, map[string]bool{"preview": true})
	}
}

// TestTheDashboardOfARun shows the sweep while it runs, and ends with the command.
func TestTheDashboardOfARun(t *testing.T) {
	root := t.TempDir()
	p := startProcess(t, "run", longSweepFile(t, "[1, 2, 3]"), "-p", root, "--workers", "1", "--http", "127.0.0.1:0")
	p.await("a task that runs", working)
	link := regexp.MustCompile(`http://\S+`).FindString(p.stderr.String())
	v := visit(t, link)
	awaitEvent(v, "?sweep=long", "running", func(r *api.Running) bool { return r.Count == 1 && r.Tasks[0].Progress.Done > 0 })
	if s := get[api.State](v, "/api/state"); s.Coordinator.Command != "run" || s.Totals.Running != 1 || s.Totals.Slots != 1 {
		t.Errorf("the state is %+v", s)
	}
	paused := post[api.Effect](v, "/api/sweeps/long/priority", api.Prioritize{Priority: 3})
	if paused.Priority != 3 || !paused.Changed || get[api.State](v, "/api/state").Sweeps[0].Priority != 3 {
		t.Errorf("the priority is %+v", paused)
	}
	list := get[api.Events](v, "/api/events?subject=long").Events
	by := slices.IndexFunc(list, func(e events.Event) bool { return e.Kind == events.SweepPriorityChanged })
	if by < 0 || list[by].User != "dashboard" || *list[by].Priority != 3 {
		t.Errorf("the events are %+v", list)
	}
	p.cmd.Process.Signal(syscall.SIGINT)
	p.end()
	if answer, err := http.Get(v.base); err == nil {
		answer.Body.Close()
		t.Error("the dashboard outlives the run")
	}
}
