package telemetry

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
)

const top = "../../../.."

// monitoring is the directory of what monitoring systems are configured with.
var monitoring = filepath.Join(top, "deploy", "monitoring")

// promtool runs promtool and returns what it prints.
func promtool(t *testing.T, stdin []byte, args ...string) string {
	t.Helper()
	program, err := exec.LookPath("promtool")
	if err != nil {
		program = filepath.Join(top, "bin", "tools", "promtool")
		if _, err := os.Stat(program); err != nil {
			t.Fatalf("%v: make setup-test fetches it", err)
		}
	}
	c := exec.Command(program, args...)
	c.Stdin = bytes.NewReader(stdin)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// registries are those of the processes, by process.
func registries() map[string]*prometheus.Registry {
	return map[string]*prometheus.Registry{"coordinator": coordinatorOf(healthy).Registry(), "worker": workerOf(fixedWorker{}).Registry()}
}

// ours are the metrics of eisweep itself, with their types, by process and name.
func ours(t *testing.T) map[string]map[string]string {
	t.Helper()
	all := map[string]map[string]string{}
	for process, r := range registries() {
		families, err := r.Gather()
		if err != nil {
			t.Fatal(err)
		}
		all[process] = map[string]string{}
		for _, f := range families {
			if strings.HasPrefix(f.GetName(), "eisweep_") {
				all[process][f.GetName()] = strings.ToLower(f.GetType().String())
			}
		}
	}
	return all
}

// TestPromtoolAcceptsTheMetrics, and the configuration and the alert rules that ship, with their unit tests.
func TestPromtoolAcceptsTheMetrics(t *testing.T) {
	for _, r := range registries() {
		families, err := r.Gather()
		if err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		for _, f := range families {
			if _, err := expfmt.MetricFamilyToText(&text, f); err != nil {
				t.Fatal(err)
			}
		}
		promtool(t, text.Bytes(), "check", "metrics")
	}
	promtool(t, nil, "check", "rules", filepath.Join(monitoring, "alerts.yaml"))
	promtool(t, nil, "check", "config", filepath.Join(monitoring, "prometheus.yaml"))
	promtool(t, nil, "test", "rules", filepath.Join(monitoring, "alerts_test.yaml"))
}

var (
	metricRow  = regexp.MustCompile("(?m)^\\| `(eisweep_[a-z_]+)` \\| ([a-z]+) \\|")
	metricName = regexp.MustCompile(`eisweep_[a-z_]+`)
	alertName  = regexp.MustCompile(`(?m)^ +- alert: (\w+)$`)
)

// TestThePageListsEveryMetric, in the table of its process, and has a runbook for each alert.
func TestThePageListsEveryMetric(t *testing.T) {
	page := readFile(t, filepath.Join(top, "docs", "monitoring.md"))
	coordinators, workers, ok := strings.Cut(page, "\n### Workers\n")
	if !ok {
		t.Fatal("the page has no section on workers")
	}
	for process, text := range map[string]string{"coordinator": coordinators, "worker": workers} {
		listed := map[string]string{}
		for _, m := range metricRow.FindAllStringSubmatch(text, -1) {
			listed[m[1]] = m[2]
		}
		have := ours(t)[process]
		if process == "worker" {
			delete(have, "eisweep_info") // of both; it is in the other table
		}
		if !maps.Equal(listed, have) {
			t.Errorf("%s: the page lists\n%v\nand there are\n%v", process, listed, have)
		}
	}
	alerts := alertName.FindAllStringSubmatch(readFile(t, filepath.Join(monitoring, "alerts.yaml")), -1)
	if len(alerts) < 10 {
		t.Errorf("only %d alerts", len(alerts))
	}
	for _, a := range alerts {
		section := regexp.MustCompile("(?s)\n### " + a[1] + "\n\n(.{100,}?)(\n#|$)")
		if !section.MatchString(page) {
			t.Errorf("%s has no runbook", a[1])
		}
	}
}

// TestTheDashboardReadsOnlyMetricsThatExist, has no field that Grafana does not know, and only expressions that Prometheus
// understands.
func TestTheDashboardReadsOnlyMetricsThatExist(t *testing.T) {
	text := readFile(t, filepath.Join(monitoring, "grafana", "dashboards", "eisweep.json"))
	//lint:ignore SA1019 dashboards of this schema work in all versions of Grafana
	var board dashboard.Dashboard //nolint:staticcheck // see above
	err := board.UnmarshalJSONStrict([]byte(text))
	var faults cog.BuildErrors // without any, it is an error all the same
	if err != nil && !errors.As(err, &faults) || len(faults) > 0 {
		t.Error(err)
	}
	var panels struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(text), &panels); err != nil {
		t.Fatal(err)
	}
	rules := "groups:\n  - name: panels\n    rules:\n"
	used := map[string]bool{}
	for _, p := range panels.Panels {
		for _, target := range p.Targets {
			expr := strings.ReplaceAll(target.Expr, "$job", "eisweep")
			rules += fmt.Sprintf("      - { record: \"panel:%d\", expr: %q }\n", strings.Count(rules, "\n"), expr)
			for _, name := range metricName.FindAllString(expr, -1) {
				used[name] = true
			}
		}
	}
	file := filepath.Join(t.TempDir(), "panels.yaml")
	if err := os.WriteFile(file, []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}
	promtool(t, nil, "check", "rules", file)
	known := map[string]bool{}
	for _, metrics := range ours(t) {
		for name, kind := range metrics {
			known[name] = true
			if kind == "histogram" {
				known[name+"_bucket"], known[name+"_sum"], known[name+"_count"] = true, true, true
			}
		}
	}
	for _, name := range metricName.FindAllString(readFile(t, filepath.Join(monitoring, "alerts.yaml")), -1) {
		used[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(used)) {
		if !known[name] {
			t.Errorf("%s does not exist", name)
		}
	}
	if len(used) < 20 {
		t.Errorf("only %d metrics are used", len(used))
	}
}

// readFile returns a file's text.
func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
