package views

import (
	"os"
	"testing"

	"eisweep/coordinator/records"
	"eisweep/internal/control"
)

// TestARerunKeepsLimitAndUser reruns a finished sweep that is in its record alone.
func TestARerunKeepsLimitAndUser(t *testing.T) {
	d := newTestDashboard(t, new(steered))
	text := []byte("name = \"two\"\nexperiment = \"APPROXIMATE\"\nseeds = [1, 2]\n[parameters]\nng.exc.n_per_axis = 2\n")
	if err := os.MkdirAll(d.Root.SweepDir("two"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d.Root.SweepFile("two"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := d.rerunRequest("two", nil, 3); err != nil || got.MaxRunning != 0 || got.User != "" || got.Priority != 3 {
		t.Errorf("without a record: %+v, %v", got, err)
	}
	record := records.Sweep{Format: 1, Status: control.Finished, User: "ada", MaxRunning: 7, File: records.File{SHA256: records.Sum(text)}}
	if err := records.Write(d.Root, "two", &record); err != nil {
		t.Fatal(err)
	}
	got, err := d.rerunRequest("two", nil, 3)
	if err != nil || got.MaxRunning != 7 || got.User != "ada" || got.Priority != 3 || len(got.Sweeps) != 1 || !got.KeepFile {
		t.Errorf("with a record: %+v, %v", got, err)
	}
}
