package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
)

// siteWithout starts a site's NATS whose accounts lack an import, and returns how to open
// the queue there.
func siteWithout(t *testing.T, lacking string) (visit func(role Role, log *slog.Logger) (*Queue, error)) {
	t.Helper()
	users, seeds := map[Role][]string{}, map[Role]string{}
	for _, role := range []Role{Coordinator, Worker, Client} {
		_, public, seed := newKey(t, nkeys.CreateUser)
		users[role], seeds[role] = []string{strconv.Quote(public)}, save(t, "seed.nk", seed)
	}
	text := accountsConfig(subjectsOf(testRoot), users, nil, "enabled")
	if lacking != "" {
		line := fmt.Sprintf("{ service: { account: %s, subject: %q } }", coordinatorAccount, lacking)
		if !strings.Contains(text, line) {
			t.Fatalf("no import of %s", lacking)
		}
		text = strings.Replace(text, line, "", 1)
	}
	url := siteServer(t, func(o *server.Options) {
		if err := o.ProcessConfigString(text); err != nil {
			t.Fatal(err)
		}
	})
	return func(role Role, log *slog.Logger) (*Queue, error) {
		o := Options{Site: &Site{URLs: []string{url}, NKey: seeds[role]}, RootID: testRoot, Role: role, Create: role == Coordinator, AckWait: 600 * time.Millisecond, Log: log}
		return Open(deadline(t), o)
	}
}

// importing opens the queue of such a site as a worker or a client.
func importing(t *testing.T, role Role, lacking string) error {
	t.Helper()
	visit := siteWithout(t, lacking)
	c, err := visit(Coordinator, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	stop, err := c.Answer(func(_ context.Context, _ string, request []byte) []byte { return request })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	q, err := visit(role, nil)
	if err != nil {
		return err
	}
	defer q.Close()
	if role == Client {
		_, err = q.Ask(deadline(t), "ping", nil)
	}
	return err
}

// What an account doesn't import is told as what to do, not as a NATS out of reach.
func TestMissingImportsAreTold(t *testing.T) {
	defer func(was time.Duration) { importTime = was }(importTime)
	importTime = time.Second // in which a busy machine answers, too
	s := subjectsOf(testRoot)
	for _, service := range append(s.rights(Worker).services, service{}) {
		subject := service.subject
		t.Run("worker "+subject, func(t *testing.T) {
			err := importing(t, Worker, subject)
			switch {
			case subject == "", strings.Contains(subject, ".MSG.NEXT."), strings.HasPrefix(subject, "$JS.ACK."), strings.Contains(subject, ".progress."), strings.Contains(subject, ".workers."):
				if err != nil { // it shows when there are tasks
					t.Error(err)
				}
			case !errors.Is(err, ErrRights) && !errors.Is(err, ErrNoStreams), !strings.Contains(err.Error(), "deploy/nats/accounts.conf"):
				t.Error(err)
			case errors.Is(err, ErrRights) && !strings.Contains(err.Error(), strings.TrimRight(subject, ".*>")[:20]):
				t.Errorf("not said which: %v", err)
			}
		})
	}
	for _, subject := range []string{"", s.every("control", "*")} {
		t.Run("client "+subject, func(t *testing.T) {
			err := importing(t, Client, subject)
			if good := subject == ""; good != (err == nil) || !good && (!errors.Is(err, ErrNoCoordinator) || !strings.Contains(err.Error(), "import")) {
				t.Error(err)
			}
		})
	}
}

// A worker that is given no tasks says why.
func TestMissingImportOfTasksIsTold(t *testing.T) {
	s := subjectsOf(testRoot)
	visit := siteWithout(t, "$JS.API.CONSUMER.MSG.NEXT."+s.stream("tasks")+".*")
	c, err := visit(Coordinator, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	publish(t, c, testTask("quick", 1))
	ctx, cancel := context.WithCancel(deadline(t))
	defer cancel()
	w, err := visit(Worker, slog.New(slog.NewTextHandler(signal{"NATS delivers no tasks", cancel}, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if d, err := w.Next(ctx, names("quick")); d != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("delivery %v, %v", d, err)
	}
}

// signal calls a function when a text is written.
type signal struct {
	text string
	call func()
}

func (s signal) Write(b []byte) (int, error) {
	if strings.Contains(string(b), s.text) {
		s.call()
	}
	return len(b), nil
}
