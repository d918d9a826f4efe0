package natsserver_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
	"eisweep/internal/natstest"
	"eisweep/internal/queue"
)

// A consumer's file that was damaged on the disk doesn't keep the queue from starting: the store
// is set aside, once, and the server begins with an empty one.
func TestADamagedStoreIsSetAside(t *testing.T) {
	half := func(text []byte) []byte { return text[:len(text)/2] }
	renamed := func(text []byte) []byte {
		return bytes.Replace(text, []byte("deliver_policy"), []byte("deliver_polkcy"), 1)
	}
	level := func(text []byte) []byte {
		return bytes.Replace(text, []byte(`"_nats.req.level":"0"`), []byte(`"_nats.req.level":"8"`), 1)
	}
	for name, damage := range map[string]struct {
		file   string
		change func([]byte) []byte
	}{
		"a bit of a name":       {"meta.inf", renamed},
		"a bit of the level":    {"meta.inf", level},
		"half of the state":     {"o.dat", half},
		"a state of other kind": {"o.dat", func([]byte) []byte { return []byte("other") }},
	} {
		for _, kind := range []string{"tasks", "outcomes"} {
			t.Run(name+" of "+kind, func(t *testing.T) {
				dir := t.TempDir()
				for range 2 { // what was set aside before is replaced
					useStore(t, dir)
					damageConsumer(t, dir, kind, damage.file, damage.change)
				}
				useStore(t, dir)
				if _, err := os.Stat(filepath.Join(dir, natsserver.StoreAside)); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// What is neither a file nor a directory would keep the server waiting forever, and a directory in a
// file's place would keep it from starting: both are damage.
func TestAStoreWithOtherThanFilesIsSetAside(t *testing.T) {
	for kind, place := range map[string]func(path string) error{
		"a FIFO":      func(path string) error { return unix.Mkfifo(path, 0o600) },
		"a directory": func(path string) error { return os.Mkdir(path, 0o700) },
		"a link":      func(path string) error { return os.Symlink(filepath.Join(t.TempDir(), "gone"), path) },
	} {
		for _, file := range []string{"meta.inf", "meta.sum", "msgs/*.blk", "obs/*/meta.inf", "obs/*/meta.sum", "obs/*/o.dat"} {
			t.Run(kind+" for "+file, func(t *testing.T) {
				dir := t.TempDir()
				useStore(t, dir)
				paths, err := filepath.Glob(filepath.Join(dir, natsserver.StoreData, "*", "streams", "*_tasks", file))
				if err != nil || len(paths) == 0 {
					t.Fatalf("%d files %s in the store: %v", len(paths), file, err)
				}
				if err := errors.Join(os.Remove(paths[0]), place(paths[0])); err != nil {
					t.Fatal(err)
				}
				useStore(t, dir)
				if _, err := os.Stat(filepath.Join(dir, natsserver.StoreAside)); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// useStore has a task done by a queue in a store, and leaves another one running.
func useStore(t *testing.T, dir string) {
	t.Helper()
	s := natstest.StartEmbedded(t, dir)
	q := open(t, queue.Options{Options: natsconn.Options{Server: s}})
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(q.PurgeTasks(natstest.Deadline(t)))
	check(q.Register.Purge(natstest.Deadline(t)))
	got := make(chan queue.OutcomeDelivery, 1)
	stop, err := q.Outcomes(natstest.Deadline(t), func(o queue.OutcomeDelivery) { got <- o })
	check(err)
	publish(t, q, testTasks(0, 2))
	fail(t, begin(t, next(t, q)))
	o := natstest.Receive(t, got)
	check(o.Ack())
	natstest.Until(t, "the outcome has left the queue", func() bool {
		last, err := q.LastOutcome(natstest.Deadline(t))
		return err == nil && last == 0
	})
	next(t, q)
	stop()
	q.Close()
	s.Stop()
}

// damageConsumer changes a file of a stream's consumers.
func damageConsumer(t *testing.T, dir, kind, file string, change func([]byte) []byte) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, natsserver.StoreData, "*", "streams", "*_"+kind, "obs", "*", file))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no %s of %s: %v", file, kind, err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		changed := change(text)
		if bytes.Equal(changed, text) {
			t.Fatalf("%s is not changed: %s", path, text)
		}
		if err := os.WriteFile(path, changed, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// A consumer with settings that cannot be changed, by damage or by somebody else, is replaced.
func TestAConsumerWithOtherSettingsIsReplaced(t *testing.T) {
	dir := t.TempDir()
	useStore(t, dir)
	damageConsumer(t, dir, "tasks", "meta.inf", func(text []byte) []byte {
		return bytes.Replace(text, []byte(`"deliver_policy":"all"`), []byte(`"deliver_policy":"new"`), 1)
	})
	useStore(t, dir)
}

// A place of the outcomes' reader that lies behind all outcomes is not believed.
func TestAPlaceBehindTheOutcomesIsNotBelieved(t *testing.T) {
	dir := t.TempDir()
	useStore(t, dir)
	damageConsumer(t, dir, "outcomes", "o.dat", func(state []byte) []byte {
		changed := bytes.Clone(state)
		changed[10] |= 0x20 // the highest byte of the sequence up to which all are acknowledged
		return changed
	})
	useStore(t, dir)
}
