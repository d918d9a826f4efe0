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

	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
)

// siteWithout starts a site's NATS server whose accounts lack an import, and returns how to open
// the queue there.
func siteWithout(t *testing.T, missing string) (visit func(role protocol.Role, log *slog.Logger) (*Queue, error)) {
	t.Helper()
	users, seeds := map[protocol.Role][]string{}, map[protocol.Role]string{}
	for _, role := range []protocol.Role{protocol.Coordinator, protocol.Worker, protocol.Client} {
		_, public, seed := natstest.NewKey(t, nkeys.CreateUser)
		users[role], seeds[role] = []string{strconv.Quote(public)}, natstest.Save(t, "seed.nk", seed)
	}
	text := natsserver.AccountsConfig(protocol.SubjectsOf(testRoot), users, nil, "enabled")
	if missing != "" {
		line := fmt.Sprintf("{ service: { account: %s, subject: %q } }", protocol.CoordinatorAccount, missing)
		if !strings.Contains(text, line) {
			t.Fatalf("no import of %s", missing)
		}
		text = strings.Replace(text, line, "", 1)
	}
	url := natstest.Site(t, func(o *server.Options) {
		if err := o.ProcessConfigString(text); err != nil {
			t.Fatal(err)
		}
	})
	return func(role protocol.Role, log *slog.Logger) (*Queue, error) {
		o := Options{
			Options: natsconn.Options{
				Site:           &natsconn.Site{URLs: []string{url}, NKey: seeds[role]},
				RootID:         testRoot,
				Role:           role,
				Log:            log,
				ServiceTimeout: time.Second,
			},
			Create:  role == protocol.Coordinator,
			AckWait: 600 * time.Millisecond,
		}
		return Open(natstest.Deadline(t), o)
	}
}

// importing opens the queue of such a site as a worker or a client.
func importing(t *testing.T, role protocol.Role, missing string) error {
	t.Helper()
	visit := siteWithout(t, missing)
	c, err := visit(protocol.Coordinator, nil)
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
	if role == protocol.Client {
		_, err = q.Ask(natstest.Deadline(t), "ping", nil)
	}
	return err
}

// A missing import is reported with its remedy, not as an unreachable server.
func TestMissingImportsAreNamed(t *testing.T) {
	s := protocol.SubjectsOf(testRoot)
	for _, service := range append(s.Grants(protocol.Worker).Services, protocol.Service{}) {
		subject := service.Subject
		t.Run("worker "+subject, func(t *testing.T) {
			err := importing(t, protocol.Worker, subject)
			switch {
			case subject == "",
				strings.Contains(subject, ".MSG.NEXT."),
				strings.HasPrefix(subject, "$JS.ACK."),
				strings.Contains(subject, ".progress."),
				strings.Contains(subject, ".workers."):
				if err != nil { // it shows when there are tasks
					t.Error(err)
				}
			case !errors.Is(err, natsconn.ErrPermission) && !errors.Is(err, natsconn.ErrNoJetStream),
				!strings.Contains(err.Error(), "deploy/nats/accounts.conf"):
				t.Error(err)
			case errors.Is(err, natsconn.ErrPermission) && !strings.Contains(err.Error(), strings.TrimRight(subject, ".*>")[:20]):
				t.Errorf("not said which: %v", err)
			}
		})
	}
	for _, subject := range []string{"", s.Every("control", "*")} {
		t.Run("client "+subject, func(t *testing.T) {
			err := importing(t, protocol.Client, subject)
			if good := subject == ""; good != (err == nil) ||
				!good && (!errors.Is(err, ErrNoCoordinator) || !strings.Contains(err.Error(), "import")) {
				t.Error(err)
			}
		})
	}
}

// Orders still find the way to another account when a request for them has waited as long as it does.
func TestRequestsOutlastNoImport(t *testing.T) {
	s := protocol.SubjectsOf(testRoot)
	text := natsserver.AccountsConfig(s, nil, nil, "enabled")
	_, line, _ := strings.Cut(text, fmt.Sprintf("{ service: %q", "$JS.API.CONSUMER.MSG.NEXT."+s.Stream("tasks")+".*"))
	_, threshold, _ := strings.Cut(line, `threshold: "`)
	threshold, _, _ = strings.Cut(threshold, `"`)
	limit, err := time.ParseDuration(threshold)
	if err != nil || limit < 2*defaultPullTimes.wait {
		t.Errorf("the way back is kept for %v, %v; a request waits for %v", limit, err, defaultPullTimes.wait)
	}
}

// A worker that is given no tasks says why.
func TestMissingImportOfTasksIsNamed(t *testing.T) {
	s := protocol.SubjectsOf(testRoot)
	visit := siteWithout(t, "$JS.API.CONSUMER.MSG.NEXT."+s.Stream("tasks")+".*")
	c, err := visit(protocol.Coordinator, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	publish(t, c, testTask(1))
	ctx, cancel := context.WithCancel(natstest.Deadline(t))
	defer cancel()
	w, err := visit(protocol.Worker, slog.New(slog.NewTextHandler(signal{"NATS does not deliver tasks", cancel}, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	w.intake.times.pause, w.intake.times.beat = time.Millisecond, 20*time.Millisecond
	if d, err := w.Next(ctx); d != nil || !errors.Is(err, context.Canceled) {
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
