package history

import (
	"os"
	"strings"
	"testing"

	"eisweep/internal/root"
	"eisweep/sweeps"
)

// TestEndingsOutliveTheLog: the log of events has dropped the first of two losses, which the file of losses has.
func TestEndingsOutliveTheLog(t *testing.T) {
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	id := sweeps.ID{7}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(r.Private(name), []byte(strings.ReplaceAll(text, "ID", id.String())), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("losses.jsonl", `{"id":"ID","run":1,"token":"a","class":"lost","error":"nothing from w1","worker":"w1","at":"2026-11-30T20:00:00Z"}
{"id":"ID","run":1,"token":"b","class":"storage","error":"disk full","worker":"w2","at":"2026-11-30T20:01:00Z"}
{"id":"ID","run":1,"tok`)
	write("events.jsonl", `{"seq":9,"time":"2026-11-30T20:01:00Z","kind":"attempt_failed","task":"ID","run":1,"attempt":2,"token":"b",`+
		`"worker":"w2","class":"storage","error":"disk full"}
`)
	x := NewEndings(r, id)
	list, err := x.Next()
	if err != nil || len(list) != 2 || list[0].Token != "a" || !strings.HasPrefix(list[0].Text, "nothing from w1; taken over ") ||
		list[1].Attempt != 2 || !strings.HasPrefix(list[1].Text, "failed (storage) on worker w2: disk full") {
		t.Errorf("%+v, %v", list, err)
	}
	if list, err = x.Next(); err != nil || len(list) != 0 {
		t.Errorf("then %+v, %v", list, err)
	}
}
