package results

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A flipped bit in the name of a field is found in lines of earlier versions, too; in others
// by their check value.
func TestDoubtsOfLinesWithoutACheckValue(t *testing.T) {
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
		doubts, err := Doubts(path)
		if err != nil || len(doubts) != min(1, len(was)) || len(doubts) == 1 && !strings.HasPrefix(doubts[0], "line 2 ") {
			t.Errorf("%s → %s: %q (%v)", was, is, doubts, err)
		}
	}
	if doubts, err := Doubts(path + "x"); err != nil || doubts != nil {
		t.Errorf("without a manifest: %q (%v)", doubts, err)
	}
}
