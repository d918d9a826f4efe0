package coordinator

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/hooks"
	"eisweep/coordinator/plan"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/measures"
	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
	"eisweep/internal/protocol"
	"eisweep/internal/quality"
	"eisweep/internal/queue"
	"eisweep/internal/results"
	"eisweep/internal/root"
	"eisweep/sim"
	"eisweep/sweeps"
)

// testCluster is a root with a real queue and workers that make results up: the task's
// id as text, or the failure that fails names for it.
type testCluster struct {
	t      *testing.T
	root   *root.Root
	store  string
	queue  *queue.Queue // the coordinator's
	asker  *queue.Queue // of commands; a coordinator answers to clients' inboxes only
	server *natsserver.Server
	line   *line  // of the coordinator to its server
	stop   func() // the queue and its server
	end    func() // the coordinator that serves

	patience time.Duration // after which what hangs is named
	prober   catalog.Prober
	real     bool          // the workers run the trainings
	clock    time.Duration // what the workers' clock is fast by
	tick     time.Duration // of the coordinator; 0 is as in use
	regather time.Duration
	crashed  bool // the previous coordinator, as the next one learns
	rejoin   time.Duration
	hooks    hooks.Allowed

	mu       sync.Mutex
	site     *queue.Queue // the workers'
	siteLine *line
	workers  []*testWorker             // the first is the one that is meant where none is named
	fails    map[string]protocol.Class // by value of pl.is_plastic
	suspects map[string]bool           // whose rates are at their limit, likewise
	ran      []string                  // file names of tasks executed, as IDs
}

func newRig(t *testing.T) *testCluster {
	t.Helper()
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	g := &testCluster{t: t, root: r, store: t.TempDir(), patience: 3 * time.Minute, prober: nobodys{}, regather: time.Millisecond,
		fails: map[string]protocol.Class{}, suspects: map[string]bool{}}
	g.startQueue()
	t.Cleanup(func() { g.stop() })
	return g
}

// startQueue starts a server on the testCluster's store, and connects to it.
func (g *testCluster) startQueue() {
	g.t.Helper()
	g.startServer()
	workers := &line{server: g.server}
	site := g.open(natsconn.Options{Server: workers, Connect: atOnce()})
	g.mu.Lock()
	defer g.mu.Unlock()
	g.site, g.siteLine = site, workers
	g.stop = func() { g.site.Close(); g.stopServer() }
}

// startServer starts a server that the coordinator and clients are connected to.
func (g *testCluster) startServer() {
	g.t.Helper()
	server, err := natsserver.Start(natsserver.Options{StoreDir: g.store, Name: "test"})
	if err != nil {
		g.t.Fatal(err)
	}
	g.server, g.line = server, &line{server: server}
	g.queue = g.open(natsconn.Options{Server: g.line, Connect: atOnce(), Role: protocol.Coordinator})
	g.asker = g.open(natsconn.Options{Server: server, Role: protocol.Client})
}

func (g *testCluster) stopServer() { g.asker.Close(); g.queue.Close(); g.server.Stop() }

// loseStore replaces the server by one with an empty store. Workers connect to it again.
func (g *testCluster) loseStore() {
	g.t.Helper()
	g.stopServer()
	g.store = g.t.TempDir()
	g.startServer()
	g.siteLine.lead(g.server)
}

// atOnce has a broken connection made again at once.
func atOnce() []nats.Option {
	return []nats.Option{nats.ReconnectWait(5 * time.Millisecond), nats.ReconnectJitter(0, 0)}
}

func (g *testCluster) open(o natsconn.Options) *queue.Queue {
	g.t.Helper()
	o.RootID = g.root.ID()
	q, err := queue.Open(g.context(), queue.Options{Options: o, Create: o.Role == protocol.Coordinator})
	if err != nil {
		g.t.Fatal(err)
	}
	return q
}

// context ends before the test binary's patience does, so that what hangs is named.
func (g *testCluster) context() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), g.patience)
	g.t.Cleanup(cancel)
	return ctx
}

// config is that of a coordinator as a service.
func (g *testCluster) config() Config {
	c := Config{Root: g.root, Queue: g.queue, Prober: g.prober, Version: "test", Tick: g.tick, Regather: g.regather, Rejoin: g.rejoin,
		RetryDelay: time.Millisecond, Hooks: g.hooks, HookRetry: time.Millisecond}
	if g.crashed {
		c.Ownership = &ownership{valid: true, crashed: true}
	}
	return c
}

// start starts a coordinator that the test's end stops.
func (g *testCluster) start() *Coordinator {
	g.t.Helper()
	c := g.config()
	c.SoleOwner = true
	k, err := Start(g.context(), c)
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { _ = k.Stop(context.Background()) })
	return k
}

// run launches an order, works until it is complete, and returns what became of it.
func (g *testCluster) run(o plan.Request) control.Summary {
	g.t.Helper()
	k := g.start()
	if _, err := k.Launch(g.context(), o); err != nil {
		g.t.Fatal(err)
	}
	return g.work(k)
}

func (g *testCluster) work(k *Coordinator) control.Summary {
	g.t.Helper()
	summary, err := g.wait(k)
	if err := errors.Join(err, k.Stop(g.context())); err != nil {
		g.t.Fatal(err)
	}
	return summary
}

// wait works until what was launched is done, or the coordinator cannot continue.
func (g *testCluster) wait(k *Coordinator) (control.Summary, error) {
	defer g.works()()
	return k.Wait(g.context())
}

// outcome makes the result or failure of a task up.
func (g *testCluster) outcome(t *protocol.TaskMessage, token string) protocol.Outcome {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ran = append(g.ran, t.ID.String())
	o := protocol.Outcome{Started: time.Now().Add(g.clock), Host: "here", Worker: "w1", Version: "test"}
	if class := g.fails[plasticity(t.Parameters)]; class != "" {
		o.Class, o.Error, o.Finished = class, "as the test wants it", time.Now()
		return o
	}
	text := []byte("result of " + t.ID.String())
	path := g.root.Incoming(t.ID, t.Run, token)
	if g.real {
		compute(g.t, g.task(t), path)
		text, _ = os.ReadFile(path)
	} else if err := os.WriteFile(path, text, 0o666); err != nil {
		g.t.Error(err)
	}
	sum := sha256.Sum256(text)
	if !g.real {
		o.Quality = &quality.Quality{Trials: 1, PlannedTrials: 1}
	}
	if g.suspects[plasticity(t.Parameters)] {
		o.Quality.Saturated = 0.5
	}
	o.SHA256, o.Digest, o.Bytes, o.Finished = hex.EncodeToString(sum[:]), hex.EncodeToString(sum[:]), int64(len(text)), time.Now().Add(g.clock)
	return o
}

// task finds the task of an order in the launch of its sweep.
func (g *testCluster) task(ordered *protocol.TaskMessage) *sweeps.Task {
	status, err := catalog.ReadSweep(g.context(), g.root, g.prober, ordered.Sweep)
	if err != nil {
		g.t.Fatal(err)
	}
	for i := range status.Tasks {
		if t := &status.Tasks[i].Task; t.ID == ordered.ID {
			return t
		}
	}
	g.t.Fatalf("no task %s", ordered.ID)
	return nil
}

// executed returns how many tasks were executed since it was last asked.
func (g *testCluster) executed() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := len(g.ran)
	g.ran = nil
	return n
}

// nobodys takes no file for a result of ours.
type nobodys struct{}

func (nobodys) Probe(_ context.Context, path string) (results.Contents, error) {
	return results.Contents{}, errors.New(path + " is nobody's result")
}

func (n nobodys) Digest(ctx context.Context, path string) (results.Contents, error) {
	return n.Probe(ctx, path)
}

// Check takes the bytes for what a result says.
func (nobodys) Check(ctx context.Context, files []results.ExpectedFile) (out []results.CheckResult) {
	for _, v := range files {
		h, err := results.HashSized(ctx, v.Path, v.Bytes)
		out = append(out, results.CheckResult{Contents: results.Contents{FileHash: h, Digest: h.SHA256}, Err: err})
	}
	return out
}

// Ask makes the measures of a file up, all alike: normal deviates by the file's bytes, as wide as spreads says for its point.
func (n nobodys) Ask(ctx context.Context, _ results.Query, _ string, paths []string, each func(int, results.Answer) error) error {
	for i, path := range paths {
		var a results.Answer
		text, err := os.ReadFile(path)
		if a.Err = err; err == nil {
			a.FileHash, a.Err = results.HashSized(ctx, path, int64(len(text)))
		}
		sum := sha256.Sum256(text)
		value := rand.New(rand.NewChaCha8(sum)).NormFloat64() * spreadOf(path)
		for range measures.All() {
			a.Bytes = binary.LittleEndian.AppendUint64(a.Bytes, math.Float64bits(value))
		}
		if err := each(i, a); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// spreadOf is the standard deviation of measures of files of a name.
func spreadOf(path string) float64 {
	for plastic, spread := range map[string]float64{"EXC": 0.4, "BOTH": 1, "NEITHER": 20} {
		if strings.Contains(path, "pl.is_plastic="+plastic) {
			return spread
		}
	}
	return 1
}

func parse(t *testing.T, text string) *sweeps.Sweep {
	t.Helper()
	s, err := sweeps.Parse("test.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func order1(all ...*sweeps.Sweep) plan.Request { return plan.Request{Sweeps: all} }

// dropping is order1 that may leave finished tasks out.
func dropping(all ...*sweeps.Sweep) plan.Request { return plan.Request{Sweeps: all, Drop: true} }

// lines reads a sweep's manifest.
func (g *testCluster) lines(sweep string) []manifest.Line {
	g.t.Helper()
	var out []manifest.Line
	for l, err := range manifest.Read(g.root.Manifest(sweep)) {
		if err != nil {
			g.t.Fatal(err)
		}
		out = append(out, l)
	}
	return out
}

// files lists the results in a sweep's directory.
func (g *testCluster) files(sweep string) []string {
	g.t.Helper()
	paths, err := filepath.Glob(filepath.Join(g.root.SweepDir(sweep), "*.h5"))
	if err != nil {
		g.t.Fatal(err)
	}
	for i := range paths {
		paths[i] = filepath.Base(paths[i])
	}
	slices.Sort(paths)
	return paths
}

func (g *testCluster) path(sweep, file string) string {
	return filepath.Join(g.root.SweepDir(sweep), file)
}

func (g *testCluster) read(sweep, file string) string {
	g.t.Helper()
	text, err := os.ReadFile(g.path(sweep, file))
	if err != nil {
		g.t.Fatal(err)
	}
	return string(text)
}

// plasticity is pl.is_plastic, "" where that isn't set.
func plasticity(v sim.Values) string {
	if plastic, ok := v.Get("pl.is_plastic"); ok {
		return plastic.String()
	}
	return ""
}
