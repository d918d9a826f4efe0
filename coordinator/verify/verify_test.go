package verify

import (
	"context"
	"testing"

	"eisweep/coordinator/inputs"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
)

// one repairs nothing but adds one line of those that it is given.
type one struct{}

func (one) RepairManifest(string) (kept string, damage, err error)                 { return "", nil, nil }
func (one) AddLines(string, []manifest.Line) (int, error)                          { return 1, nil }
func (one) CopyInput(context.Context, inputs.Prober, string, string, string) error { return nil }

// A result that was placed while the files were read is sound, and not one without a line.
func TestResultsThatWerePlacedMeanwhileAreSound(t *testing.T) {
	v := verifier{report: control.VerifiedSweep{Name: "two"}, repair: one{}}
	if err := v.rebuild(make([]manifest.Line, 2)); err != nil {
		t.Fatal(err)
	}
	if v.report.Sound != 1 || v.report.Rebuilt != 1 {
		t.Errorf("%+v", v.report)
	}
}
