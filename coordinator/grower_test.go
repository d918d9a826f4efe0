package coordinator

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/plan"
	"eisweep/internal/control"
	"eisweep/internal/protocol"
	"eisweep/internal/results"
	"eisweep/internal/until"
	"eisweep/sweeps"
)

// growing3 has a point of each spread (spreadOf): the first needs its least seeds, the second some more, the third gets all.
const growing3 = `
name = "grow"
experiment = "APPROXIMATE"
[parameters]
ng.exc.n_per_axis = 2
inp.n_stimuli = 3
numint.n_trials = 1
[axes]
pl.is_plastic = ["EXC", "BOTH", "NEITHER"]
[until]
measure = "cc_mean"
half_width = 0.5
min_seeds = 4
max_seeds = 40
`

// decided is how many seeds each point of a sweep needs, by the made-up results of its tasks; fails are the tasks that fail.
func decided(t *testing.T, text string, fails func(*sweeps.Task) bool) map[string]until.Decision {
	t.Helper()
	s := parse(t, text)
	u, _ := s.Until()
	e, err := s.Expand(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string][]float64{}
	for task := range e.All() {
		point, _, _ := strings.Cut(task.File, "~seed=")
		value := math.NaN()
		if !fails(&task) {
			value = rand.New(rand.NewChaCha8(sha256.Sum256([]byte("result of "+task.ID.String())))).NormFloat64() * spreadOf(task.File)
		}
		values[point] = append(values[point], value)
	}
	out := map[string]until.Decision{}
	for point, list := range values {
		out[point] = u.Decide(func(i int) until.Seed { return until.Seed{Settled: true, Value: list[i]} })
	}
	return out
}

func never(*sweeps.Task) bool { return false }

// checkSeeds compares the tasks that a sweep has with those that its points need.
func (g *testCluster) checkSeeds(want map[string]until.Decision, sweep string) {
	g.t.Helper()
	got := map[string][]int{}
	settled := map[sweeps.ID]bool{}
	for _, l := range g.lines(sweep) {
		if !settled[l.ID] {
			point := "results~" + l.Parameters[0].String()
			got[point] = append(got[point], int(l.Seed))
		}
		settled[l.ID] = true
	}
	for point, d := range want {
		seeds := slices.Sorted(slices.Values(got[point]))
		if len(seeds) != d.Seeds || seeds[0] != 1 || seeds[len(seeds)-1] != d.Seeds {
			g.t.Errorf("%s has the seeds %v, want 1 … %d", point, seeds, d.Seeds)
		}
	}
	if len(got) != len(want) {
		g.t.Errorf("there are the points %v", slices.Sorted(maps.Keys(got)))
	}
}

func TestPointsGetSeedsUntilTheyHaveEnough(t *testing.T) {
	want := decided(t, growing3, never)
	reasons := map[until.Reason]int{}
	total := 0
	for _, d := range want {
		reasons[d.Reason]++
		total += d.Seeds
	}
	if want["results~pl.is_plastic=EXC"].Seeds != 4 || want["results~pl.is_plastic=BOTH"].Seeds <= 6 || reasons[until.Limit] != 1 {
		t.Fatalf("the points do not differ: %+v", want)
	}
	g := newRig(t)
	k := g.start()
	planned, err := k.Launch(g.context(), order1(parse(t, growing3)))
	if err != nil {
		t.Fatal(err)
	}
	if p := planned.Sweeps[0]; p.Tasks != 12 || p.New != 12 || p.Later != 108 {
		t.Errorf("the plan is %+v", p.PlanCounts)
	}
	if s := g.work(k).Sweeps[0]; s.Done != total || s.Tasks != total || g.executed() != total || s.Status != control.Finished {
		t.Errorf("summary %+v, want %d tasks", s, total)
	}
	g.checkSeeds(want, "grow")
	k = g.start()
	planned, err = k.Launch(g.context(), order1(parse(t, growing3)))
	if err != nil {
		t.Fatal(err)
	}
	if p := planned.Sweeps[0]; p.Tasks != total || p.Done != total || p.Later != 0 || p.Drops() {
		t.Errorf("the plan of a finished sweep is %+v", p.PlanCounts)
	}
	if s := g.work(k).Sweeps[0]; s.Done != total || g.executed() != 0 {
		t.Errorf("launched again: %+v", s)
	}
	status, err := catalog.ReadSweep(g.context(), g.root, nobodys{}, "grow")
	if err != nil || len(status.Tasks) != total || len(status.Decisions) != 3 {
		t.Fatalf("status: %d tasks, %+v, %v", len(status.Tasks), status, err)
	}
	for i := range status.Tasks {
		point, _, _ := strings.Cut(status.Tasks[i].Task.File, "~seed=")
		if d := status.Decisions[status.Tasks[i].Point]; d != want[point] {
			t.Errorf("%s: the decision is %+v, want %+v", status.Tasks[i].Task.File, d, want[point])
		}
	}
}

// TestSeedsDoNotDependOnTheOrderOfResults has a worker end its attempts in a random order while coordinators come and go.
func TestSeedsDoNotDependOnTheOrderOfResults(t *testing.T) {
	want := decided(t, growing3, never)
	for n := range uint64(3) {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			g := newRig(t)
			k := g.serve()
			told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(growing3)}})
			ctx, cancel := context.WithCancel(g.context())
			jobs, w := make(chan *job), g.worker()
			var claiming sync.WaitGroup
			claiming.Go(func() { w.claimAll(ctx, jobs) })
			random := rand.New(rand.NewPCG(n, 1))
			var held []*job
			for done := 0; done < sum(want); {
				if len(held) == 0 || random.IntN(4) > 0 && len(held) < 8 {
					select {
					case j := <-jobs:
						held = append(held, j)
						continue
					case <-time.After(5 * time.Millisecond):
						if len(held) == 0 {
							continue
						}
					}
				}
				i := random.IntN(len(held))
				g.hand(held[i])
				done, held = done+1, slices.Delete(held, i, i+1)
				if random.IntN(20) == 0 && done < sum(want) {
					g.end()
					k = g.serve()
				}
			}
			g.ends(k, "grow")
			cancel()
			claiming.Wait()
			g.checkSeeds(want, "grow")
		})
	}
}

// claimAll claims what the queue has until ctx ends.
func (w *testWorker) claimAll(ctx context.Context, jobs chan<- *job) {
	for d := w.fetch(ctx); d != nil; d = w.fetch(ctx) {
		j := w.claim(ctx, d)
		if j == nil {
			continue
		}
		select {
		case jobs <- j:
		case <-ctx.Done():
			return
		}
	}
}

// TestFailedSeedsCount: a failed seed counts as a seed without a value, until a rerun gives it one.
func TestFailedSeedsCount(t *testing.T) {
	small := strings.NewReplacer("max_seeds = 40", "max_seeds = 6", `["EXC", "BOTH", "NEITHER"]`, `["EXC", "BOTH"]`).Replace(growing3)
	g := newRig(t)
	g.fails["EXC"] = protocol.Numeric
	s := g.run(order1(parse(t, small))).Sweeps[0]
	g.checkSeeds(decided(t, small, func(task *sweeps.Task) bool { return strings.Contains(task.File, "EXC") }), "grow")
	if s.Failed != 6 || s.Status != control.Finished {
		t.Errorf("all seeds of a point fail: %+v", s)
	}
	g.executed()
	if s := g.run(order1(parse(t, small))).Sweeps[0]; s.Failed != 6 || g.executed() != 0 {
		t.Errorf("launched again: %+v", s)
	}
	delete(g.fails, "EXC")
	failed := func(_ *sweeps.Task, s catalog.State) bool { return s == catalog.StateFailed }
	if s := g.run(plan.Request{Sweeps: []*sweeps.Sweep{parse(t, small)}, Select: failed, KeepFile: true}).Sweeps[0]; s.Failed != 0 {
		t.Errorf("rerun: %+v", s)
	}
	if s := g.run(order1(parse(t, small))).Sweeps[0]; s.Failed != 0 || s.Done < 10 || g.executed() != 6 {
		t.Errorf("launched after the rerun, which has six results beyond the decision: %+v", s)
	}
}

// TestRerunAddsSeeds: a rerun that gives a seed its value may show that the point needs more.
func TestRerunAddsSeeds(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(growing3)}})
	g.finish(k, "grow")
	g.checkSeeds(decided(t, growing3, never), "grow")
	more := strings.Replace(growing3, "half_width = 0.5", "half_width = 0.3", 1)
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(more)}})
	g.finish(k, "grow")
	g.checkSeeds(decided(t, more, never), "grow")
	g.executed()
	want := decided(t, more, never)
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(more)},
		Rerun: &control.Choice{Seeds: []uint32{2}}})
	if s := g.finish(k, "grow"); g.executed() != 3 || s.Done != s.Tasks || s.Tasks != sum(want) {
		t.Errorf("rerun of seed 2: %+v", s)
	}
	g.checkSeeds(want, "grow")
}

func sum(of map[string]until.Decision) int {
	n := 0
	for _, d := range of {
		n += d.Seeds
	}
	return n
}

// TestResultsOfOthersCount: seeds that another sweep has done are linked, one batch after another, without a worker.
func TestResultsOfOthersCount(t *testing.T) {
	g := newRig(t)
	want := decided(t, growing3, never)
	fixed, _, _ := strings.Cut(growing3, "[until]")
	fixed = strings.NewReplacer(`"grow"`, `"fixed"`, "[parameters]", "seeds = { first = 1, count = 40 }\n[parameters]").Replace(fixed)
	g.run(order1(parse(t, fixed)))
	g.executed()
	if s := g.run(order1(parse(t, growing3))).Sweeps[0]; s.Linked != sum(want) || g.executed() != 0 {
		t.Errorf("summary %+v, want %d links", s, sum(want))
	}
	g.checkSeeds(want, "grow")
}

// TestSeedsBeyondTheDecisionStay: tasks of the sweep that were done before [until] was added are neither dropped nor decisive.
func TestSeedsBeyondTheDecisionStay(t *testing.T) {
	g := newRig(t)
	fixed, _, _ := strings.Cut(growing3, "[until]")
	fixed = strings.Replace(fixed, "[parameters]", "seeds = { first = 1, count = 10 }\n[parameters]", 1)
	g.run(order1(parse(t, fixed)))
	want := decided(t, growing3, never)
	if want["results~pl.is_plastic=EXC"].Seeds >= 10 {
		t.Fatalf("all points need many seeds: %+v", want)
	}
	for point, d := range want {
		d.Seeds = max(d.Seeds, 10)
		want[point] = d
	}
	g.executed()
	if s := g.run(order1(parse(t, growing3))).Sweeps[0]; s.Done != sum(want) || g.executed() != sum(want)-30 {
		t.Errorf("summary %+v, want %d tasks", s, sum(want))
	}
	g.checkSeeds(want, "grow")
}

// unmeasured is a prober that cannot read any result until it is healed.
type unmeasured struct {
	nobodys
	healed *atomic.Bool
}

func (u unmeasured) Ask(ctx context.Context, q results.Query, argument string, paths []string, each func(int, results.Answer) error) error {
	return u.nobodys.Ask(ctx, q, argument, paths, func(i int, a results.Answer) error {
		if !u.healed.Load() {
			a = results.Answer{Err: syscall.EIO}
		}
		return each(i, a)
	})
}

// TestUnreadableResultsDelayTheDecision: nothing is decided by what cannot be read, and explain says so.
func TestUnreadableResultsDelayTheDecision(t *testing.T) {
	g := newRig(t)
	var healed atomic.Bool
	g.prober, g.tick = unmeasured{healed: &healed}, 20*time.Millisecond
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(growing3)}})
	stop := g.works()
	g.until(k, func() bool { return k.Snapshot().Sweeps[0].Done == 12 })
	stop()
	if x := told[control.Explained](g, control.VerbExplain, control.Explain{Target: "grow"}); !strings.Contains(x.Reason, "[until]") ||
		x.State != string(control.Open) {
		t.Errorf("explained as %+v", x)
	}
	healed.Store(true)
	g.finish(k, "grow")
	g.checkSeeds(decided(t, growing3, never), "grow")
}

func TestPausedAndCancelledSweepsDoNotGrow(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(growing3)}})
	var jobs []*job
	for range 12 {
		jobs = append(jobs, g.next("grow"))
	}
	told[control.Steered](g, control.VerbPause, control.Steer{Sweeps: []string{"grow"}})
	for _, j := range jobs {
		g.hand(j)
	}
	g.until(k, func() bool { return k.Snapshot().Sweeps[0].Done == 12 })
	if s := k.Snapshot().Sweeps[0]; s.Status != control.Paused || s.Tasks != 12 || s.Undecided == 0 {
		t.Errorf("paused: %+v", s)
	}
	g.end()
	k = g.serve()
	told[control.Steered](g, control.VerbResume, control.Steer{Sweeps: []string{"grow"}})
	g.until(k, func() bool { return k.Snapshot().Sweeps[0].Tasks > 12 })
	told[control.Steered](g, control.VerbCancel, control.Steer{Sweeps: []string{"grow"}})
	if s := k.Snapshot().Sweeps[0]; s.Status != control.Cancelled || s.Undecided != 0 {
		t.Errorf("cancelled: %+v", s)
	}
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(growing3)}})
	g.finish(k, "grow")
	g.checkSeeds(decided(t, growing3, never), "grow")
}
