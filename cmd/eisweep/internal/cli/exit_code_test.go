package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"eisweep/coordinator/plan"
	"eisweep/internal/access"
	"eisweep/internal/control"
	"eisweep/internal/lease"
	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

func TestExitCodes(t *testing.T) {
	_, missing := os.Open(filepath.Join(t.TempDir(), "nothing"))
	full := fmt.Errorf("write result: %w", &fs.PathError{Op: "write", Path: "r.h5", Err: syscall.ENOSPC})
	tests := map[string]struct {
		err  error
		want int
	}{
		"done":                     {nil, 0},
		"no kind":                  {errors.New("odd"), 1},
		"usage":                    {Usagef("no such option"), 2},
		"faults of a file":         {fmt.Errorf("expand: %w", &sweeps.Faults{}), 2},
		"files in the way":         {&plan.SupersedeError{Count: 2}, 2},
		"untrusted root":           {fmt.Errorf("x: %w", root.ErrUntrusted), 2},
		"damaged root.json":        {fmt.Errorf("x: %w", root.ErrIdentity), 4},
		"task failed":              {&ExitError{Code: ExitTasks}, 3},
		"missing file":             {missing, 4},
		"full disk":                {full, 4},
		"NATS gone":                {fmt.Errorf("open: %w", natsconn.ErrUnreachable), 5},
		"NATS refuses":             {fmt.Errorf("open: %w", natsconn.ErrRefused), 5},
		"NATS forbids":             {fmt.Errorf("open: %w", natsconn.ErrPermission), 5},
		"NATS keeps no streams":    {fmt.Errorf("open: %w", natsconn.ErrNoJetStream), 5},
		"no coordinator answers":   {fmt.Errorf("ask: %w", queue.ErrNoCoordinator), 5},
		"no coordinator runs":      {fmt.Errorf("read: %w", access.ErrNoAccess), 5},
		"root in use":              {&root.InUseError{Path: "r"}, 6},
		"root taken by another":    {fmt.Errorf("go on: %w", root.ErrLockLost), 6},
		"root lost to another":     {fmt.Errorf("go on: %w", lease.ErrLost), 6},
		"INT":                      {&Interrupted{Signal: syscall.SIGINT}, 130},
		"TERM":                     {&Interrupted{Signal: syscall.SIGTERM}, 143},
		"interrupted before all":   {errors.Join(full, &ExitError{Code: ExitTasks}, &Interrupted{Signal: syscall.SIGINT}), 130},
		"storage before lost":      {errors.Join(&ExitError{Code: ExitLost}, full), 4},
		"task invalid":             {&ExitError{Code: ClassCode(protocol.Invalid)}, 3},
		"task's source failed":     {&ExitError{Code: ClassCode(protocol.Source)}, 3},
		"task lost":                {&ExitError{Code: ClassCode(protocol.Lost)}, 5},
		"task without storage":     {&ExitError{Code: ClassCode(protocol.Storage)}, 4},
		"lost before tasks":        {errors.Join(&ExitError{Code: ExitTasks}, errors.Join(nil, &ExitError{Code: ExitLost})), 5},
		"an error that wraps two":  {fmt.Errorf("read: %w: %w", errors.New("odd"), Usagef("bad")), 2},
		"nothing said, but a code": {errors.Join(&ExitError{Code: ExitStorage}), 4},
	}
	for name, test := range tests {
		if got := ExitCode(test.err); got != test.want {
			t.Errorf("%s: exit code %d, want %d", name, got, test.want)
		}
	}
}

func TestSummaryError(t *testing.T) {
	of := func(classes ...protocol.Class) control.Summary {
		by := map[protocol.Class]int{protocol.Source: 0}
		for _, c := range classes {
			by[c]++
		}
		return control.Summary{Sweeps: []control.SweepSummary{{}, {ByClass: by}}}
	}
	for _, test := range []struct {
		sum  control.Summary
		want int
	}{
		{of(), 0}, {of(protocol.Numeric), 3}, {of(protocol.Source, protocol.Invalid), 3}, {of(protocol.Numeric, protocol.Lost), 5},
		{of(protocol.Lost, protocol.Storage), 4},
	} {
		if got := ExitCode(SummaryError(test.sum)); got != test.want {
			t.Errorf("%v: exit code %d, want %d", test.sum, got, test.want)
		}
	}
}

func TestErrorTextLeavesOutWhatWasSaid(t *testing.T) {
	err := errors.Join(&ExitError{Code: ExitTasks}, Usagef("one"), errors.Join(Usagef("two\n"), nil),
		fmt.Errorf("%w: %w", errors.New("a"), errors.New("b")))
	if got, want := ErrorText(err), "one\ntwo\na: b"; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
	if got := ErrorText(&ExitError{Code: ExitStorage}); got != "" {
		t.Errorf("text %q of an error without one", got)
	}
}
