package protocol

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"eisweep/sim"
)

// What a coordinator of the first format left is read as it wrote it, and as strictly.
func TestOutcomesOfFormat1AreRead(t *testing.T) {
	f := Format1Of(testRoot)
	subject := fmt.Sprintf("eisweep.%s.f1m%d.outcomes.%s.2", testRoot, sim.ModelVersion, testID(1))
	good := fmt.Sprintf(
		`{"id":%q,"run":2,"attempt":3,"sha256":%q,"digest":"d","bytes":5,"started":"2026-01-02T12:00:00Z",`+
			`"finished":"2026-01-02T12:00:01Z","spent":7,"host":"h","worker":"w","version":"v"}`,
		testID(1),
		strings.Repeat("0a", 32),
	)
	o, err := f.DecodeOutcome(subject, []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	if o.ID != testID(1) || o.Run != 2 || o.Attempt != 3 || o.Token != "3" || o.Bytes != 5 || o.Digest != "d" || o.Spent != 7 || !o.Done() {
		t.Errorf("outcome %+v", o)
	}
	if _, err := Encode(o); err != nil {
		t.Errorf("it is no outcome of this format: %v", err)
	}
	for name, c := range map[string]struct{ subject, data string }{
		"another run":     {strings.TrimSuffix(subject, "2") + "1", good},
		"this format's":   {testScheme.Outcome(testID(1), 2), good},
		"another version": {strings.Replace(subject, ".f1m", ".f0m", 1), good},
		"with a token":    {subject, strings.Replace(good, `"attempt"`, `"token":"3","attempt"`, 1)},
		"no attempt":      {subject, strings.Replace(good, `"attempt":3`, `"attempt":0`, 1)},
		"cut":             {subject, good[:40]},
	} {
		if _, err := f.DecodeOutcome(c.subject, []byte(c.data)); !errors.Is(err, ErrMessage) {
			t.Errorf("%s: %v", name, err)
		}
	}
	got, want := f.Orders(strings.Replace(f.Workers(), "*", "w", 1)), strings.Replace(f.Outcomes(), "outcomes.>", "orders.w",
		1)
	if got != want {
		t.Errorf("orders go to %s, want %s", got, want)
	}
}
