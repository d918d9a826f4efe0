package manifest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A flipped bit in the name of a field is found in lines of earlier versions, too; in others
// by their check value.
func TestSuspectLinesWithoutACheckValue(t *testing.T) {
	text, err := json.Marshal(doneLine(1))
	if err != nil {
		t.Fatal(err)
	}
	whole := string(text)
	path := filepath.Join(t.TempDir(), "manifest.jsonl")
	for was, is := range map[string]string{
		"": "", `"parameters"`: `"parame|ers"`, `"seed"`: `"seee"`, `"run"`: `"Run"`, `"host"`: `"hOst"`, `"experiment":"APPROXIMATE",`: "",
	} {
		line := strings.Replace(whole, was, is, 1)
		manifest := append([]byte(whole+"\n"+line+"\n"), appendChecked(nil, []byte(`{"id":"t1","colour":"red"}`))...)
		if err := os.WriteFile(path, manifest, 0o600); err != nil {
			t.Fatal(err)
		}
		doubtful, err := DoubtfulLines(path)
		if err != nil || len(doubtful) != min(1, len(was)) || len(doubtful) == 1 && !strings.HasPrefix(doubtful[0], "line 2 ") {
			t.Errorf("%s → %s: %q (%v)", was, is, doubtful, err)
		}
	}
	if doubtful, err := DoubtfulLines(path + "x"); err != nil || doubtful != nil {
		t.Errorf("without a manifest: %q (%v)", doubtful, err)
	}
}
