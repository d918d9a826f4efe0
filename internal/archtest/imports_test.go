package archtest

import (
	"slices"
	"strings"
	"testing"
)

// plan lists each package and the packages that it may import. Imports point one way, so whoever reads a package needs only
// those on its line. A package that is not listed is an oversight and fails.
var plan = map[string][]string{
	"sim":                 {},
	"sweeps":              {"sim", "internal/until"},
	"internal/until":      {},
	"internal/advice":     {},
	"internal/atomicfile": {},
	"internal/disktest":   {},
	"internal/quality":    {"sim"},
	"internal/manifest":   {"sim", "sweeps", "internal/atomicfile", "internal/disktest", "internal/quality"},
	"internal/results":    {"sim", "sweeps", "internal/atomicfile", "internal/manifest", "internal/disktest", "internal/quality"},
	"internal/protocol":   {"sim", "sweeps", "internal/quality"},
	"internal/meters":     {"sim", "internal/protocol", "internal/events"},
	"internal/natstest":   {"internal/natsserver"},
	"internal/natsserver": {"sim", "sweeps", "internal/protocol", "internal/natsconn", "internal/queue", "internal/natstest"},
	"internal/natsconn":   {"internal/protocol", "internal/natsserver", "internal/natstest"},
	"internal/queue":      {"sim", "sweeps", "internal/protocol", "internal/natsserver", "internal/natsconn", "internal/natstest"},
	"internal/root":       {"sweeps", "internal/atomicfile"},
	"internal/access": {"sim", "sweeps", "internal/atomicfile", "internal/protocol", "internal/natsserver", "internal/natsconn",
		"internal/queue", "internal/root", "internal/natstest"},
	"internal/control": {"sim", "sweeps", "internal/protocol", "internal/natsserver", "internal/natsconn", "internal/queue"},
	"internal/lease":   {"internal/atomicfile", "internal/root"},
	"internal/events": {"sweeps", "internal/advice", "internal/atomicfile", "internal/disktest", "internal/protocol", "internal/root",
		"internal/units"},
	"internal/problems":    {"sim"},
	"internal/estimate":    {"sim", "sweeps"},
	"internal/table":       {"sim"},
	"internal/report":      {"internal/table"},
	"internal/pack":        {"sim", "sweeps", "internal/atomicfile", "internal/manifest", "internal/results"},
	"internal/resultstest": {"sim", "sweeps", "internal/results"},
	"internal/measures":    {"sim", "sweeps", "internal/results", "internal/resultstest", "internal/atomicfile"},
	"internal/figures":     {"sim", "internal/results", "internal/resultstest", "internal/measures", "internal/table"},
	"internal/linuxonly":   {},
	"internal/hostlimits":  {"internal/units"},
	"internal/units":       {},
	"internal/slurm":       {},
	"internal/dashboard":   {"internal/atomicfile", "internal/listener"},
	"internal/listener":    {},
	"internal/inherited":   {},
	"internal/archtest":    {},
	"worker":               {"sim", "sweeps", "internal"},
	"coordinator":          {"sim", "sweeps", "internal"},

	"coordinator/conditions": {"internal/disktest", "internal/events", "internal/root"},
	"coordinator/autoscale":  {"internal/control", "internal/slurm"},
	"coordinator/catalog": {"sim", "sweeps", "internal", "coordinator/inputs", "coordinator/records",
		"coordinator/stopping"},
	"coordinator/stopping":  {"sweeps", "internal/measures", "internal/until"},
	"coordinator/verify":    {"sim", "sweeps", "internal", "coordinator/catalog", "coordinator/inputs", "coordinator/records"},
	"coordinator/placement": {"sweeps", "internal", "coordinator/catalog"},
	"coordinator/plan": {"sim", "sweeps", "internal", "coordinator/catalog", "coordinator/records",
		"coordinator/stopping"},
	"coordinator/prune":     {"sweeps", "internal", "coordinator/catalog", "coordinator/records"},
	"coordinator/lifecycle": {"sweeps", "internal/protocol"},
	"coordinator/workers":   {"sweeps", "internal/control", "internal/protocol"},
	"coordinator/attempts":  {"sim", "sweeps", "internal", "coordinator/lifecycle", "coordinator/workers", "coordinator/workload"},
	"coordinator/window": {"sim", "sweeps", "internal", "coordinator/attempts", "coordinator/lifecycle", "coordinator/workers",
		"coordinator/workload"},
	"coordinator/faults": {"sweeps", "internal", "coordinator/catalog", "coordinator/ledger", "coordinator/lifecycle",
		"coordinator/window"},
	"coordinator/explain": {"sim", "sweeps", "internal", "coordinator/attempts", "coordinator/catalog", "coordinator/faults",
		"coordinator/launched", "coordinator/lifecycle", "coordinator/records", "coordinator/removal", "coordinator/workers"},
	"coordinator/diagnosis": {"internal", "coordinator/attempts", "coordinator/faults", "coordinator/launched", "coordinator/lifecycle",
		"coordinator/records", "coordinator/workers"},
	"coordinator/hooks":   {"sweeps", "internal", "coordinator/launched", "coordinator/lifecycle", "coordinator/records"},
	"coordinator/removal": {"sweeps", "internal", "coordinator/records"},
	"coordinator/records": {"sweeps", "internal"},
	"coordinator/inputs":  {"sweeps", "internal"},
	"coordinator/launched": {"sweeps", "internal", "coordinator/catalog", "coordinator/lifecycle", "coordinator/records",
		"coordinator/workload"},
	"coordinator/outcomes": {"sim", "sweeps", "internal", "coordinator/attempts", "coordinator/catalog", "coordinator/launched",
		"coordinator/ledger", "coordinator/lifecycle", "coordinator/placement", "coordinator/window", "coordinator/workload"},
	"coordinator/workload": {"sim", "sweeps"},
	"coordinator/ledger":   {"sweeps", "internal", "coordinator/catalog", "coordinator/records"},

	"cmd": {"sim", "sweeps", "internal", "worker", "coordinator"},

	"cmd/eisweep/internal/cli":       {"sim", "sweeps", "internal", "worker", "coordinator"},
	"cmd/eisweep/internal/client":    {"internal", "cmd/eisweep/internal/cli"},
	"cmd/eisweep/internal/display":   {"sim", "sweeps", "internal", "coordinator", "cmd/eisweep/internal/cli"},
	"cmd/eisweep/internal/selection": {"sim", "sweeps", "internal", "coordinator", "cmd/eisweep/internal/cli"},
	"cmd/eisweep/internal/history": {"sweeps", "internal", "coordinator/attempts", "cmd/eisweep/internal/cli",
		"cmd/eisweep/internal/selection"},
	"cmd/eisweep/internal/follow": {"sim", "sweeps", "internal", "coordinator", "cmd/eisweep/internal/cli", "cmd/eisweep/internal/client",
		"cmd/eisweep/internal/display"},
	"cmd/eisweep/internal/inspect": {"sim", "sweeps", "internal", "coordinator", "cmd/eisweep/internal/cli",
		"cmd/eisweep/internal/display", "cmd/eisweep/internal/selection"},
	"cmd/eisweep/internal/checkup": {"internal", "coordinator", "cmd/eisweep/internal/cli", "cmd/eisweep/internal/client",
		"cmd/eisweep/internal/selection", "cmd/eisweep/internal/slurmjobs"},
	"cmd/eisweep/internal/adjust": {"internal/control", "cmd/eisweep/internal/cli", "cmd/eisweep/internal/client",
		"cmd/eisweep/internal/selection"},
	"cmd/eisweep/internal/retire": {"internal", "coordinator", "cmd/eisweep/internal/cli", "cmd/eisweep/internal/client",
		"cmd/eisweep/internal/ownership", "cmd/eisweep/internal/selection", "cmd/eisweep/internal/sharing"},
	"cmd/eisweep/internal/sweepfiles": {"sim", "sweeps", "cmd/eisweep/internal/cli"},
	"cmd/eisweep/internal/costs": {"sim", "sweeps", "internal", "coordinator", "cmd/eisweep/internal/cli",
		"cmd/eisweep/internal/display"},
	"cmd/eisweep/internal/sharing": {"sweeps", "internal", "coordinator", "cmd/eisweep/internal/cli",
		"cmd/eisweep/internal/selection"},
	"cmd/eisweep/internal/analysis": {"sim", "sweeps", "internal", "coordinator", "cmd/eisweep/internal/cli",
		"cmd/eisweep/internal/selection"},
	"cmd/eisweep/internal/ownership": {"internal", "coordinator", "cmd/eisweep/internal/cli", "cmd/eisweep/internal/client"},
	"cmd/eisweep/internal/slurmjobs": {"internal", "coordinator", "cmd/eisweep/internal/cli", "cmd/eisweep/internal/client"},
	"cmd/eisweep/internal/views": {"sim", "sweeps", "internal", "coordinator", "cmd/eisweep/internal/cli", "cmd/eisweep/internal/display",
		"cmd/eisweep/internal/inspect", "cmd/eisweep/internal/history"},
	"cmd/eisweep/internal/local": {"internal", "worker", "coordinator", "cmd/eisweep/internal/cli", "cmd/eisweep/internal/client",
		"cmd/eisweep/internal/display", "cmd/eisweep/internal/ownership", "cmd/eisweep/internal/views"},
	"cmd/eisweep/internal/daemon": {"internal", "coordinator", "cmd/eisweep/internal/cli", "cmd/eisweep/internal/client",
		"cmd/eisweep/internal/ownership", "cmd/eisweep/internal/selection", "cmd/eisweep/internal/slurmjobs",
		"cmd/eisweep/internal/telemetry", "cmd/eisweep/internal/views"},
	"cmd/eisweep/internal/telemetry": {"sim", "internal", "coordinator", "cmd/eisweep/internal/cli"},
	"internal/e2e":                   {"sim", "sweeps", "internal", "worker", "coordinator"},
}

// withheld is what a package must do without: the model and the state machine know no file, no network, no clock, and the sweep file
// no network.
var withheld = map[string][]string{
	"sim":    {"os", "io/fs", "net", "time", "syscall", "path/filepath", "log", "unsafe"},
	"sweeps": {"net", "time", "log"},

	"coordinator/lifecycle": {"os", "io/fs", "net", "time", "syscall", "path/filepath", "log", "context", "sync"},
}

// granted lists exceptions of single directories: the kernels align their buffers, and only C code sees which descriptors were
// closed at the start.
var granted = map[string]string{"unsafe": "sim/internal/kernel", "C": "internal/inherited"}

// kept is what only these packages may touch.
var kept = map[string][]string{
	"C":                                 {"internal/results/h5/internal/shim"},
	"gonum.org/v1/hdf5":                 {"internal/results/h5"},
	"github.com/nats-io/nats.go":        {"internal/natsconn", "internal/queue"},
	"github.com/nats-io/nats-server/v2": {"internal/natsserver", "internal/natstest"},
	"github.com/synadia-io/orbit.go":    {"internal/natsconn", "internal/queue"},
	"github.com/nats-io/nkeys":          {"internal/access", "internal/natstest"},
	"github.com/prometheus":             {"cmd/eisweep/internal/telemetry", "internal/meters"},
	"gonum.org/v1/plot":                 {"internal/figures/drawing"},
	"codeberg.org/go-pdf/fpdf":          {"internal/figures/drawing"},
	"flag":                              {"cmd"},
	"os/signal":                         {"cmd"},
	"github.com/spf13/cobra":            {"cmd"},
	"github.com/spf13/pflag":            {"cmd"},
	"golang.org/x/term":                 {"cmd"},
}

// packageOf is the line of plan that a directory belongs to: of several that contain it, the innermost.
func packageOf(folder string) (innermost string) {
	for pkg := range plan {
		if within(folder, pkg) && len(pkg) > len(innermost) {
			innermost = pkg
		}
	}
	return innermost
}

func TestImportsPointOneWay(t *testing.T) {
	for _, s := range sources(t) {
		pkg := packageOf(s.pkg)
		if pkg == "" {
			t.Errorf("%s: folder %s is missing from the import table", s.path, s.pkg)
			continue
		}
		for _, imported := range s.imports {
			folder, ours := strings.CutPrefix(imported, "eisweep/")
			if !ours || within(folder, pkg) {
				continue
			}
			if !slices.ContainsFunc(plan[pkg], func(allowed string) bool { return within(folder, allowed) }) {
				t.Errorf("%s imports %s; %s may import %v", s.path, imported, pkg, plan[pkg])
			}
		}
	}
}

func TestRoomsDoWithoutWhatIsWithheld(t *testing.T) {
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, imported := range s.imports {
			for _, refused := range withheld[packageOf(s.pkg)] {
				if within(imported, refused) && granted[imported] != s.pkg {
					t.Errorf("%s imports %s, which %s must do without", s.path, imported, packageOf(s.pkg))
				}
			}
		}
	}
}

func TestTechnologyStaysInItsRooms(t *testing.T) {
	for _, s := range sources(t) {
		for _, imported := range s.imports {
			for library, packages := range kept {
				allowed := slices.ContainsFunc(packages, func(pkg string) bool { return within(s.pkg, pkg) })
				if within(imported, library) && !allowed && granted[imported] != s.pkg && !s.test {
					t.Errorf("%s imports %s, which only %v may", s.path, imported, packages)
				}
			}
			if imported == "C" && s.test {
				t.Errorf("%s: cgo in a test", s.path)
			}
		}
	}
}
