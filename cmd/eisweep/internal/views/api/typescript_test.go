package api

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/quality"
	"eisweep/sim"
)

var (
	interfaces = regexp.MustCompile(`(?ms)^export interface (\w+)(?: extends (\w+))? \{\n(.*?)^\}`)
	field      = regexp.MustCompile(`(?m)^  (\w+)(\??): `)
)

// TestThePageKnowsTheFields compares the types of the dashboard's page with those of this package. The page may leave out fields that
// it does not use, but not of the types of this package.
func TestThePageKnowsTheFields(t *testing.T) {
	text, err := os.ReadFile("../../../../../web/src/api.ts")
	if err != nil {
		t.Fatal(err)
	}
	page := map[string][]string{}
	for _, m := range interfaces.FindAllStringSubmatch(string(text), -1) {
		fields := slices.Clone(page[m[2]])
		for _, f := range field.FindAllStringSubmatch(m[3], -1) {
			fields = append(fields, f[1])
		}
		page[m[1]] = fields
	}
	complete := map[string]any{
		"State": State{}, "Coordinator": Coordinator{}, "Sweep": Sweep{}, "Totals": Totals{}, "SweepDetail": SweepDetail{},
		"Parameter": Parameter{}, "Tasks": Tasks{}, "Measures": Measures{}, "Measure": Measure{}, "Failures": Failures{},
		"FailedClass": FailedClass{}, "FailedOfValues": FailedOfValues{}, "FailureLine": FailureLine{}, "Task": Task{},
		"TaskParameter": TaskParameter{}, "Source": Source{}, "Attempt": Attempt{}, "Figure": Figure{}, "Figures": Figures{},
		"OtherFigure": OtherFigure{}, "Log": Log{}, "Curves": Curves{},
		"Workers": Workers{},
	}
	partial := map[string]any{
		"Worker": control.Worker{}, "RunningTask": control.RunningTask{}, "Explained": control.Explained{}, "Progress": control.Progress{},
		"ManifestLine": manifest.Line{}, "Reason": quality.Reason{}, "SimulationProgress": sim.Progress{}, "Effect": Effect{},
	}
	for name, of := range complete {
		compare(t, name, page[name], jsonFields(reflect.TypeOf(of)), true)
	}
	for name, of := range partial {
		compare(t, name, page[name], jsonFields(reflect.TypeOf(of)), false)
	}
}

func compare(t *testing.T, name string, page, here []string, complete bool) {
	t.Helper()
	if len(page) == 0 {
		t.Errorf("web/src/api.ts has no interface %s", name)
	}
	for _, f := range page {
		if !slices.Contains(here, f) {
			t.Errorf("web/src/api.ts: %s has a field %s, which the Go type lacks", name, f)
		}
	}
	for _, f := range here {
		if complete && !slices.Contains(page, f) {
			t.Errorf("web/src/api.ts: %s lacks the field %s", name, f)
		}
	}
}

// jsonFields are the names of a type's fields in JSON, with those of the types that it embeds. Lines of manifests write their times
// by methods.
func jsonFields(of reflect.Type) (names []string) {
	if of == reflect.TypeFor[manifest.Line]() {
		names = append(names, "started", "finished")
	}
	for f := range of.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		embedded := f.Type
		if embedded.Kind() == reflect.Pointer {
			embedded = embedded.Elem()
		}
		switch {
		case f.Anonymous && name == "":
			names = append(names, jsonFields(embedded)...)
		case !f.IsExported(), name == "-":
		case name == "":
			names = append(names, f.Name)
		default:
			names = append(names, name)
		}
	}
	return names
}
