package inspect

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/control"
	"eisweep/internal/protocol"
)

// A rerun with the same parameters repeats failures of some classes, so status does not suggest it for them.
func TestStatusSuggestsRerunsThatCanSucceed(t *testing.T) {
	const set = " --set NAME=VALUE"
	for name, test := range map[string]struct {
		classes []protocol.Class
		rerun   []string
		all     string // the command for failures of all classes
	}{
		"only numeric": {[]protocol.Class{protocol.Numeric}, []string{"eisweep rerun s --failed" + set}, ""},
		"numeric and invalid": {[]protocol.Class{protocol.Numeric, protocol.Invalid}, []string{"eisweep rerun s --failed" + set},
			"eisweep rerun s --failed" + set},
		"only lost": {[]protocol.Class{protocol.Lost}, []string{"eisweep rerun s --failed"}, ""},
		"lost and storage": {[]protocol.Class{protocol.Lost, protocol.Storage}, []string{"eisweep rerun s --failed"},
			"eisweep rerun s --failed"},
		"lost and numeric": {[]protocol.Class{protocol.Lost, protocol.Numeric}, []string{"eisweep rerun s --class numeric" + set,
			"eisweep rerun s --class lost"}, ""},
		"only with the source":  {[]protocol.Class{protocol.Source}, nil, ""},
		"with the source, lost": {[]protocol.Class{protocol.Source, protocol.Lost}, []string{"eisweep rerun s --failed"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			v := SweepView{SweepOverview: SweepOverview{Sweep: "s"}}
			for _, class := range test.classes {
				v.Failures = append(v.Failures, control.Failure{Class: class})
			}
			var out bytes.Buffer
			e := &cli.Env{Stdout: &out}
			if err := v.Write(e, false); err != nil {
				t.Fatal(err)
			}
			all := ""
			for line := range strings.Lines(out.String()) {
				if after, ok := strings.CutPrefix(line, "again:"); ok {
					all, _, _ = strings.Cut(strings.TrimSpace(after), "   ")
				}
				if strings.HasSuffix(line, "--failed\n") && !slices.Contains(test.rerun, "eisweep rerun s --failed") {
					t.Errorf("%q fails again", line)
				}
			}
			if all != test.all {
				t.Errorf("for all failures: %q, want %q", all, test.all)
			}
			out.Reset()
			if err := v.Encode(e); err != nil {
				t.Fatal(err)
			}
			var got struct{ Rerun []string }
			if err := json.Unmarshal(out.Bytes(), &got); err != nil || !slices.Equal(got.Rerun, test.rerun) {
				t.Errorf("JSON: %q (%v), want %q", got.Rerun, err, test.rerun)
			}
		})
	}
}
