package main

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"eisweep/internal/natstest"
)

// samples are the values of series at one scrape, by name and labels.
type samples map[string]float64

// get is the value of a metric of a coordinator.
func (s samples) get(series string) float64 { return s["eisweep_"+series] }

// scrapeOf scrapes a coordinator as Prometheus would: without an answer, only the series up says so.
func scrapeOf(address string) samples {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/metrics", http.NoBody)
	if err != nil {
		return nil
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return samples{"up": 0}
	}
	defer answer.Body.Close()
	out := samples{"up": 1}
	for in := bufio.NewScanner(answer.Body); in.Scan(); {
		series, text, _ := strings.Cut(in.Text(), " ")
		value, err := strconv.ParseFloat(text, 64)
		if err == nil && strings.HasPrefix(series, "eisweep_") && !strings.Contains(series, "_bucket{") {
			out[series] = value
		}
	}
	return out
}

// gate is a way to a server that can be slow or closed.
type gate struct {
	to string

	mu     sync.Mutex
	closed bool
	pause  time.Duration // before what passes
	open   []net.Conn
}

// openGate opens a gate to an address, and returns the address of the gate.
func openGate(t *testing.T, to string) (g *gate, address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g = &gate{to: to}
	t.Cleanup(func() { l.Close(); g.set(true, 0) })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			g.pass(c)
		}
	}()
	return g, l.Addr().String()
}

// set closes the gate and the connections through it, or opens it, and sets the pause.
func (g *gate) set(closed bool, pause time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed, g.pause = closed, pause
	if closed {
		for _, c := range g.open {
			c.Close()
		}
		g.open = nil
	}
}

// pass joins a connection to the server.
func (g *gate) pass(c net.Conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	on, err := net.Dial("tcp", g.to)
	if err != nil || g.closed {
		c.Close()
		return
	}
	g.open = append(g.open, c, on)
	go g.copy(on, c)
	go g.copy(c, on)
}

func (g *gate) copy(to, from net.Conn) {
	defer to.Close()
	b := make([]byte, 1<<16)
	for {
		n, err := from.Read(b)
		if err != nil {
			return
		}
		g.mu.Lock()
		pause := g.pause
		g.mu.Unlock()
		<-time.After(pause)
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}

// alarm is what a coordinator's metrics were before and while the cause of an alert lasted.
type alarm struct {
	alert          string
	before, during samples
	growth         map[string]float64 // of series while the cause lasts, in 1/s; the others stay, and the alert fires sooner
}

// series writes the metrics of an alarm for promtool: an hour before the cause, and three hours of it.
func (a *alarm) series() string {
	var out strings.Builder
	names := maps.Clone(a.before)
	maps.Copy(names, a.during)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		labeled := strings.Replace(name, "{", `{job="eisweep",instance="c",`, 1)
		if labeled == name {
			labeled += `{job="eisweep",instance="c"}`
		}
		values := func(from samples, growth float64, minutes int) string {
			if v, ok := from[name]; ok {
				return fmt.Sprintf("%g+%gx%d", v, 60*growth, minutes-1)
			}
			return fmt.Sprintf("_x%d", minutes)
		}
		fmt.Fprintf(&out, "      - { series: '%s', values: '%s %s' }\n", labeled, values(a.before, 0, 60), values(a.during, a.growth[name], 180))
	}
	return out.String()
}

// unitTests are promtool's unit tests of the alarms: the alert is silent before the cause, and fires while it lasts. Of the first
// one, nothing fires before.
func unitTests(rules string, alarms []alarm) string {
	out := "rule_files: ['" + rules + "']\nevaluation_interval: 1m\ntests:\n"
	for i, a := range alarms {
		name := fmt.Sprintf(`alertname="%s",`, a.alert)
		before, fires := name, 72
		if len(a.growth) > 0 {
			fires = 160
		}
		if i == 0 {
			before = ""
		}
		out += "  - name: " + a.alert + "\n    interval: 1m\n    input_series:\n" + a.series() + "    promql_expr_test:\n" +
			fmt.Sprintf("      - { expr: 'count(ALERTS{%salertstate=\"firing\"})', eval_time: 59m }\n", before) +
			fmt.Sprintf("      - { expr: 'min(ALERTS{%salertstate=\"firing\"})', eval_time: %dm, exp_samples: [{ labels: '{}', value: 1 }] }\n",
				name, fires)
	}
	return out
}

// TestEveryAlertFiresThroughItsCause produces the cause of each alert that ships, scrapes the coordinator while it lasts, and has
// promtool evaluate the rules on what was scraped.
func TestEveryAlertFiresThroughItsCause(t *testing.T) {
	root := filepath.Join(mountDisk(t, "size=4g"), "root")
	hold := filepath.Join(t.TempDir(), "hold")
	if err := os.WriteFile(hold, []byte(">10\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("EISWEEP_FAILPOINTS", "lease=2s numeric:seed=9:always hold="+hold)
	c := &cluster{t: t, program: breakable(t), root: root}
	t.Cleanup(func() {
		for _, p := range c.all {
			if t.Failed() {
				t.Log(p.told())
			}
		}
	})
	site := natstest.Site(t, func(*server.Options) {})
	gate, way := openGate(t, strings.TrimPrefix(site, "nats://"))
	start := func(args ...string) *process {
		return c.logged(startProgram(t, c.program, append(args, "-p", root)...))
	}
	coordinator := start("coordinator", "--nats", "nats://"+way, "--http", "127.0.0.1:0")
	address, _ := coordinator.await("an address", saying("health and metrics"))["address"].(string)
	coordinator.await("a ready coordinator", saying("the coordinator is ready"))
	healthy := scrapeOf(address)
	var alarms []alarm
	until := func(alert string, holds func(samples) bool) samples {
		t.Helper()
		var now samples
		natstest.Until(t, alert, func() bool { now = scrapeOf(address); return holds(now) }, func() string { return fmt.Sprint(now) })
		alarms = append(alarms, alarm{alert: alert, before: healthy, during: now})
		return now
	}

	must(t, "launch", longSweepFile(t, "[11, 12, 13, 14]"), "-p", root, "--nats", site)
	until("EisweepNoWorkers", func(s samples) bool { return s.get("tasks_pending") == 4 })
	small := start("worker", "--nats", site, "--memory", "1M")
	small.await("a ready worker", saying("the worker is ready"))
	natstest.Until(t, "the tasks are too large", func() bool {
		return strings.Contains(must(t, "explain", "long", "-p", root, "--nats", site), "memory")
	})
	until("EisweepTasksNotTaken", func(s samples) bool { return s.get("workers") == 1 })
	small.cmd.Process.Signal(syscall.SIGTERM)
	small.end()

	worker := start("worker", "--nats", site, "--slots", "4")
	natstest.Until(t, "four tasks run", func() bool { return scrapeOf(address).get(`worker_slots{state="busy"}`) == 4 })
	gate.set(false, 300*time.Millisecond)
	until("EisweepNATSSlow", func(s samples) bool { return s.get("nats_round_trip_seconds") > 0.5 })
	gate.set(true, 0)
	until("EisweepNATSUnanswered", func(s samples) bool { return s.get("nats_unanswered_seconds") > 0 })
	gate.set(false, 0)
	natstest.Until(t, "NATS answers", func() bool { return scrapeOf(address).get("nats_unanswered_seconds") == 0 })

	if err := os.Rename(root, root+" away"); err != nil {
		t.Fatal(err)
	}
	away := scrapeOf(address)
	if err := os.Rename(root+" away", root); err != nil {
		t.Fatal(err)
	}
	alarms = append(alarms, alarm{alert: "EisweepStorageUnreachable", before: healthy, during: away})
	remount(t, filepath.Dir(root), "size=500m")
	until("EisweepDiskFull", func(samples) bool { return true })
	remount(t, filepath.Dir(root), "size=4g")

	worker.cmd.Process.Signal(syscall.SIGSTOP)
	begun, first := time.Now(), scrapeOf(address)
	const age = "checkpoint_age_seconds"
	second := until("EisweepCheckpointsOld", func(s samples) bool { return s.get(age) > first.get(age)+0.2 })
	alarms[len(alarms)-1].growth = map[string]float64{"eisweep_" + age: (second.get(age) - first.get(age)) / time.Since(begun).Seconds()}
	worker.cmd.Process.Kill()
	until("EisweepHeartbeatsLost", func(s samples) bool { return s.get("worker_heartbeats_lost_total") > 0 })
	until("EisweepAttemptsTakenOver", func(s samples) bool { return s.get(`attempts_ended_total{class="",end="taken_over"}`) == 4 })

	must(t, "launch", sweepFile(t, "failing", "1", "[9]"), "-p", root, "--nats", site, "--priority", "5")
	large := start("worker", "--nats", site, "--slots", "8", "--http", "127.0.0.1:0")
	own, _ := large.await("an address", saying("health and metrics"))["address"].(string)
	until("EisweepTasksFailed", func(s samples) bool { return s.get(`outcomes_total{class="numeric"}`) == 1 })
	natstest.Until(t, "the worker has the same in its metrics", func() bool {
		s := scrapeOf(own)
		return s.get(`worker_outcomes_total{class="numeric"}`) == 1 && s.get("worker_task_slots") == 8 && s.get("worker_busy_slots") == 4 &&
			s.get("worker_memory_used_bytes") > 0
	}, func() string { return fmt.Sprint(scrapeOf(own)) })
	must(t, "launch", sweepFile(t, "blocked", "1", "[15]"), "-p", root, "--nats", site)
	if err := os.Mkdir(filepath.Join(root, "blocked", "manifest.jsonl"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(hold, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	until("EisweepSweepSetAside", func(s samples) bool { return s.get("sweeps_set_aside") == 1 })

	coordinator.cmd.Process.Kill()
	coordinator.end()
	until("EisweepDown", func(s samples) bool { return s["up"] == 0 })
	checkAlarms(t, alarms)
}

// checkAlarms has promtool evaluate the rules, each of which must have an alarm.
func checkAlarms(t *testing.T, alarms []alarm) {
	t.Helper()
	rules, err := filepath.Abs("../../deploy/monitoring/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(rules)
	if err != nil {
		t.Fatal(err)
	}
	var shipped, tested []string
	for _, m := range regexp.MustCompile(`(?m)^ +- alert: (\w+)$`).FindAllStringSubmatch(string(text), -1) {
		shipped = append(shipped, m[1])
	}
	for _, a := range alarms {
		tested = append(tested, a.alert)
	}
	if slices.Sort(shipped); !slices.Equal(shipped, slices.Sorted(slices.Values(tested))) {
		t.Errorf("alerts are %v, and those with a cause %v", shipped, tested)
	}
	file := filepath.Join(t.TempDir(), "alarms.yaml")
	if err := os.WriteFile(file, []byte(unitTests(rules, alarms)), 0o600); err != nil {
		t.Fatal(err)
	}
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		promtool = "../../bin/tools/promtool" // make setup-test fetches it
	}
	if out, err := exec.Command(promtool, "test", "rules", file).CombinedOutput(); err != nil {
		t.Errorf("promtool: %v\n%s", err, out)
	}
}
