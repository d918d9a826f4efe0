package access

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
)

// TestNobodyReturnsToAnEarlierOwner has the access file of an earlier owner arrive late.
func TestNobodyReturnsToAnEarlierOwner(t *testing.T) {
	s := newSite(t)
	path := Path(s.root, protocol.Worker)
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s.stop()
	s.start(t)
	now, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	o, err := Options(s.root, protocol.Worker)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		file []byte
		want string
	}{{now, ""}, {old, "names the coordinator of epoch 1, and that of epoch 2"}, {now, ""}} {
		if err := os.WriteFile(path, c.file, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := o.Reach()
		if (err != nil) != (c.want != "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("it says %v, want %q", err, c.want)
		}
		if is := s.authority.IsOutdated(s.root); is != (c.want != "") {
			t.Errorf("outdated: %v", is)
		}
	}
	q, err := queue.Open(natstest.Deadline(t), queue.Options{Options: o})
	if err != nil {
		t.Fatal(err)
	}
	q.Close()
}

// TestEarlierVersionsReadTheFile reads an access file as they do: strictly, and leaving out what is no address.
func TestEarlierVersionsReadTheFile(t *testing.T) {
	s := newSite(t)
	text, err := os.ReadFile(Path(s.root, protocol.Worker))
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	if fields["format"] != 1.0 || len(fields) != 5 {
		t.Errorf("the file has %d fields, and format %v", len(fields), fields["format"])
	}
	f := read(t, s.root, protocol.Worker)
	if f.Epoch != 1 {
		t.Errorf("epoch %d", f.Epoch)
	}
	for _, u := range f.URLs {
		if !strings.HasPrefix(u, "tls://") {
			t.Errorf("address %q", u)
		}
	}
	f.Epoch = 0 // which they don't know
	if err := openBy(t, f, protocol.Worker); err != nil {
		t.Errorf("an earlier version connects: %v", err)
	}
}
