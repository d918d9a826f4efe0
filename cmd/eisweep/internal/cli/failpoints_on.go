//go:build failpoints

package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"eisweep/coordinator"
	"eisweep/internal/results"
	"eisweep/sim"
	"eisweep/worker"
)

// failpoint makes the attempts at a seed's tasks fail: of run 1 only (once), so
// that a rerun succeeds, or of every run (always).
type failpoint struct {
	kind   string // numeric, storage or kill
	seed   uint32
	always bool
}

// failpoints is what EISWEEP_FAILPOINTS says: "numeric:seed=3 kill:seed=12:always
// lease=2s term=2s slow=1s pace=10ms hold=FILE".
type failpoints struct {
	points []failpoint
	lease  time.Duration // how long a worker may be silent; 0: the default
	term   time.Duration // how long an owner of the root may write after a renewal; 0: the default
	slow   time.Duration // what every attempt waits before it begins
	pace   time.Duration // what it waits after every stimulus
	hold   string        // the file that names the tasks held back, below the root; "": none are
}

// holdPace is what an attempt that is held back waits after every stimulus: it makes progress, but does not finish.
const holdPace = 50 * time.Millisecond

func readFailpoints(text string) (f failpoints, err error) {
	for _, word := range strings.Fields(text) {
		name, value, ok := strings.Cut(word, "=")
		switch {
		case ok && name == "lease":
			f.lease, err = time.ParseDuration(value)
		case ok && name == "term":
			f.term, err = time.ParseDuration(value)
		case ok && name == "slow":
			f.slow, err = time.ParseDuration(value)
		case ok && name == "pace":
			f.pace, err = time.ParseDuration(value)
		case ok && name == "hold":
			f.hold = value
		default:
			var p failpoint
			p, err = readFailpoint(word)
			f.points = append(f.points, p)
		}
		if err != nil {
			return f, Usagef("EISWEEP_FAILPOINTS: %q: %w", word, err)
		}
	}
	return f, nil
}

func readFailpoint(word string) (failpoint, error) {
	parts := strings.Split(word, ":")
	if len(parts) < 2 || len(parts) > 3 || !strings.HasPrefix(parts[1], "seed=") {
		return failpoint{}, errors.New("it is not KIND:seed=N[:once|:always]")
	}
	seed, err := strconv.ParseUint(parts[1][len("seed="):], 10, 32)
	return failpoint{parts[0], uint32(seed), len(parts) == 3 && parts[2] == "always"}, err
}

// ApplyWorkerFailpoints makes a worker fail as EISWEEP_FAILPOINTS says.
func ApplyWorkerFailpoints(e *Env, c *worker.Config) error {
	f, err := readFailpoints(e.Getenv("EISWEEP_FAILPOINTS"))
	if err != nil {
		return err
	}
	c.Runner = &failingRunner{worker.Model(), f}
	c.Presence = f.lease / silentTicks
	return nil
}

// silentTicks is after how many ticks without a sign of it an attempt has ended.
const silentTicks = 7

// ApplyCoordinatorFailpoints makes a coordinator soon take silent attempts for ended, repeat failed ones at once, and
// wait for workers only for a moment.
func ApplyCoordinatorFailpoints(e *Env, c *coordinator.Config) error {
	f, err := readFailpoints(e.Getenv("EISWEEP_FAILPOINTS"))
	c.Tick, c.RetryDelay, c.Regather = f.lease/silentTicks, 10*time.Millisecond, f.lease
	return err
}

// OwnershipTerm is how long the owner of a root may write after a renewal; 0 is what every other eisweep has.
func OwnershipTerm(e *Env) time.Duration {
	f, err := readFailpoints(e.Getenv("EISWEEP_FAILPOINTS"))
	if err != nil {
		return 0
	}
	return f.term
}

// failingRunner runs tasks but for those that it makes fail.
type failingRunner struct {
	worker.Runner
	failpoints
}

func (f *failingRunner) Run(ctx context.Context, job *worker.Job, observe func(sim.Progress)) (results.Receipt, error) {
	linger(ctx, f.slow)
	if ctx.Err() != nil {
		return results.Receipt{}, ctx.Err()
	}
	for _, p := range f.points {
		if p.seed != job.Task.Seed || runOf(job) > 1 && !p.always {
			continue
		}
		switch p.kind {
		case "numeric":
			return results.Receipt{}, fmt.Errorf("failpoint: r of seed %d: %w", p.seed, sim.ErrNumeric)
		case "storage":
			return results.Receipt{}, errors.New("failpoint: write result: no space left on device")
		case "kill":
			syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
			<-ctx.Done()
		}
	}
	return f.Runner.Run(ctx, job, func(p sim.Progress) {
		observe(p)
		linger(ctx, f.pace)
		if f.holds(job) {
			linger(ctx, holdPace)
		}
	})
}

// holds reports whether a job is held back: the file names its task, by its id, or by ">6" for the seeds above 6.
func (f *failpoints) holds(job *worker.Job) bool {
	if f.hold == "" {
		return false
	}
	path := f.hold
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(job.Path), "..", "..", path) // from ROOT/.eisweep/incoming
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	for _, word := range strings.Fields(string(text)) {
		above, isBound := strings.CutPrefix(word, ">")
		bound, err := strconv.ParseUint(above, 10, 32)
		if word == job.Task.ID.String() || isBound && err == nil && job.Task.Seed > uint32(bound) {
			return true
		}
	}
	return false
}

func linger(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// runOf reads the run from the name of the result: id.run.attempt.h5.
func runOf(job *worker.Job) int {
	parts := strings.Split(filepath.Base(job.Path), ".")
	if len(parts) < 3 {
		return 0
	}
	run, _ := strconv.Atoi(parts[1])
	return run
}
