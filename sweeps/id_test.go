package sweeps

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"eisweep/sim"
)

// vector is a task as its id sees it, and sweep files of one task that mean it.
type vector struct {
	What   string
	Sweeps []string
	Lines  []string
	ID     ID
}

func TestIDVectors(t *testing.T) {
	content, err := os.ReadFile("testdata/ids.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(content, &vectors); err != nil {
		t.Fatal(err)
	}
	lib := vectorLibrary(t)
	for _, v := range vectors {
		sum := sha256.Sum256([]byte(strings.Join(v.Lines, "\n") + "\n"))
		if want := "t" + hex.EncodeToString(sum[:16]); v.ID.String() != want {
			t.Errorf("%s: the vector says %s, its lines give %s", v.What, v.ID, want)
		}
		for _, text := range v.Sweeps {
			e := mustExpand(t, mustParse(t, text), lib)
			for task := range e.All() {
				if task.ID != v.ID || Identify(&task) != v.ID {
					t.Errorf("%s: %s gives %s and %s, want %s", v.What, text, task.ID, Identify(&task), v.ID)
				}
			}
			if e.Len() != 1 {
				t.Errorf("%s: %s gives %d tasks", v.What, text, e.Len())
			}
		}
	}
}

// vectorLibrary has a trained network, by its sweep and by its file, and a file
// of the published program.
func vectorLibrary(t *testing.T) *shelf {
	trained := mustParse(t, "name = 'trained'\nexperiment = 'APPROXIMATE'\n[parameters]\ninp.n_stimuli = 6\nng.exc.n_per_axis = 4\n")
	measured := mustParse(t, "name = 'measured'\nexperiment = 'APPROXIMATE'\n[until]\nmeasure = 'cc_mean'\nhalf_width = 1\nmax_seeds = 9\n")
	lib := &shelf{sweeps: map[string]*Sweep{"trained": trained, "measured": measured}, files: map[string][]ResultFile{
		"/files/published.h5": {{Path: "/files/published.h5", SHA256: strings.Repeat("ab", 32), NPerAxis: 4, NStimuli: 6, Trained: true}},
	}}
	for task := range mustExpand(t, trained, nil).All() {
		lib.files["/files/ours.h5"] = []ResultFile{{
			Path: "/files/ours.h5", Task: task.ID, Sweep: "trained", File: task.File, Known: true, Seed: 1,
			Experiment: sim.Approximate, Settings: task.Settings(), NPerAxis: 4, NStimuli: 6, Trained: true,
		}}
	}
	return lib
}

func TestParseIDReadsWhatStringWrites(t *testing.T) {
	id := ID{1, 0xfe, 15: 3}
	if got, err := ParseID(id.String()); err != nil || got != id {
		t.Errorf("%s is read as %s, %v", id, got, err)
	}
	for _, bad := range []string{"t12", strings.Repeat("a", 33), "t" + strings.Repeat("A", 32), "x" + strings.Repeat("0", 32)} {
		if _, err := ParseID(bad); err == nil {
			t.Errorf("%q is read as an id", bad)
		}
	}
}
