package views

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"eisweep/cmd/eisweep/internal/views/api"
	"eisweep/coordinator"
	"eisweep/coordinator/lifecycle"
	"eisweep/internal/dashboard"
	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
	"eisweep/internal/quality"
	"eisweep/sweeps"
)

// table is the task table of a sweep, kept up to date from the coordinator's phases and from the lines that are added to the manifest.
// It is read without its lock, so that what is known of it can be had while storage does not answer.
type table struct {
	d      *Dashboard
	sweep  string
	used   time.Time // when somebody last asked for it; guarded by the lock of tables
	size   int       // what it counts for; guarded by the lock of tables
	needed int       // what it would count for if there were room; guarded by the lock of tables

	turn   chan struct{} // has an element while somebody reads it, who may use the following
	live   coordinator.SweepTasks
	isLive bool        // the coordinator works on it
	was    os.FileInfo // the manifest
	read   int64       // how far it was read

	mu sync.Mutex
	rows
}

// rows are made anew with each launch.
type rows struct {
	epoch    string // distinguishes them from others; "" before they were made
	revision int64
	columns
	changed []int64             // by row: the revision with which it changed
	rowOf   map[sweeps.ID]int32 // by id
	at      []int32             // of the coordinator's tasks: their rows; -1 for a task that has none

	lines []extent   // by row: the last line in the manifest
	sums  [][32]byte // by row: SHA-256 of the result; zero for none

	expansion *sweeps.Expansion // nil for a sweep whose tasks are those of its manifest
	numbers   []int32           // by row: of the task in the expansion
}

// extent is where a line begins and ends; zero for none.
type extent struct{ begin, end int64 }

// columns are the columns of a table, as the answers have them.
type columns struct {
	parameters []api.Parameter
	ids        []sweeps.ID
	seeds      []uint32
	values     [][]int32

	states   []uint8
	written  []uint8 // as the manifest has them
	classes  []int8
	reasons  []uint8
	hosts    []int32
	attempts []int32
	seconds  []float32

	hostNames []string
	hostOf    map[string]int32
}

// The states of tasks, by their places in stateNames.
const (
	waiting uint8 = iota
	pending
	running
	done
	failed
)

var stateNames = []string{"waiting", "pending", "running", "done", "failed"}

// stateOf is the state of a task in a phase.
func stateOf(p lifecycle.Phase) uint8 {
	switch p {
	case lifecycle.Waiting:
		return waiting
	case lifecycle.Running, lifecycle.Placing:
		return running
	case lifecycle.Done:
		return done
	case lifecycle.Failed:
		return failed
	}
	return pending
}

func newTable(d *Dashboard, sweep string) *table {
	return &table{d: d, sweep: sweep, turn: make(chan struct{}, 1)}
}

// firstPatience is how long a request waits for a table that was not made before.
const firstPatience = 20 * time.Second

// unlimited has refresh wait as long as it takes.
const unlimited = time.Duration(1<<63 - 1)

// refresh makes the table current. It waits for storage for patience: after that the table stays as it was, and the work for it goes on.
func (t *table) refresh(ctx context.Context, patience time.Duration) error {
	if !t.isMade() {
		patience = max(patience, firstPatience)
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case t.turn <- struct{}{}:
	case <-timer.C:
		return t.late()
	case <-ctx.Done():
		return ctx.Err()
	}
	ended := make(chan error, 1)
	go func() {
		err := t.update(t.d.hub.ending)
		<-t.turn
		ended <- err
	}()
	select {
	case err := <-ended:
		return err
	case <-timer.C:
		return t.late()
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *table) isMade() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.epoch != ""
}

// late is the outcome of a refresh that takes too long: the table as it was, if it was made.
func (t *table) late() error {
	if t.isMade() {
		return nil
	}
	return &dashboard.Refusal{Code: http.StatusServiceUnavailable, Text: "the tasks of the sweep are still being read",
		Remedy: "wait; if this lasts, the storage does not answer: eisweep problems"}
}

// update makes the table current. It is made anew after a launch, and when the manifest was replaced. The caller has the turn.
func (t *table) update(ctx context.Context) error {
	live, isLive := t.d.Coordinator.Tasks(t.sweep, t.live)
	isNew := live.Launch != t.live.Launch || isLive != t.isLive || len(live.IDs) != len(t.live.IDs)
	t.live, t.isLive = live, isLive
	now, err := os.Stat(t.d.Root.Manifest(t.sweep))
	if err != nil {
		now = nil // without a manifest nothing is settled
	}
	if !t.isMade() || isNew || t.was != nil && (now == nil || !os.SameFile(t.was, now) || now.Size() < t.read) {
		return t.remake(ctx, now)
	}
	if now != nil && (t.was == nil || now.Size() > t.read) {
		if err := t.readManifest(&t.rows, &t.mu); err != nil {
			return err
		}
	}
	t.was = now
	t.mu.Lock()
	defer t.mu.Unlock()
	t.takePhases(t.live.Phases)
	t.revision++
	return nil
}

// remake makes the rows, and puts them in the place of those before.
func (t *table) remake(ctx context.Context, manifest os.FileInfo) error {
	made := new(rows)
	t.read = 0
	err := t.build(ctx, made)
	if err == nil && manifest != nil {
		err = t.readManifest(made, new(sync.Mutex))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows, t.was = rows{}, manifest
	if err != nil {
		return err
	}
	made.takePhases(t.live.Phases)
	made.revision++
	t.rows = *made
	return nil
}

// build makes rows without states.
func (t *table) build(ctx context.Context, made *rows) error {
	if err := t.expand(ctx, made); err != nil {
		return err
	}
	n := len(made.ids)
	made.written = make([]uint8, n)
	made.states, made.classes, made.reasons, made.hosts = make([]uint8, n), make([]int8, n), make([]uint8, n), make([]int32, n)
	made.attempts, made.seconds, made.changed = make([]int32, n), make([]float32, n), make([]int64, n)
	made.lines, made.sums = make([]extent, n), make([][32]byte, n)
	for i := range n {
		made.states[i], made.written[i], made.classes[i], made.hosts[i] = pending, pending, -1, -1
	}
	made.hostOf = map[string]int32{}
	made.at = make([]int32, len(t.live.IDs))
	for i, id := range t.live.IDs {
		made.at[i] = -1
		if row, ok := made.rowOf[id]; ok {
			made.at[i] = row
		}
	}
	made.epoch = rand.Text()[:8]
	return nil
}

// readManifest takes in the lines that were added to the manifest.
func (t *table) readManifest(to *rows, mu sync.Locker) error {
	for line, err := range manifest.ReadFrom(t.d.Root.Manifest(t.sweep), t.read) {
		if err != nil {
			return err
		}
		mu.Lock()
		if row, ok := to.rowOf[line.ID]; ok {
			to.lines[row] = extent{t.read, line.End}
			to.take(row, &line.Line)
		}
		mu.Unlock()
		t.read = line.End
	}
	return nil
}

// take takes in what a line says of a task. What changes belongs to the next revision, which begins when all changes are taken in.
func (t *rows) take(row int32, l *manifest.Line) {
	t.changed[row] = t.revision + 1
	t.attempts[row], t.seconds[row], t.hosts[row] = int32(l.Attempt), float32(l.Seconds), t.host(l.Host)
	t.classes[row], t.reasons[row], t.sums[row] = -1, 0, [32]byte{}
	switch l.State {
	case manifest.Done:
		t.states[row], t.reasons[row] = done, uint8(l.Quality.Verdict())
		if sum, err := hex.DecodeString(l.SHA256); err == nil {
			copy(t.sums[row][:], sum)
		}
	case manifest.Failed:
		t.states[row], t.classes[row] = failed, classNumber(l.Class)
	case manifest.Superseded:
		t.states[row] = pending
	}
	t.written[row] = t.states[row]
}

// takePhases takes in what the coordinator knows: it knows better than the manifest what is to be executed. Of a task that the sweep no
// longer wants, such as one that was the source of another sweep's, the manifest has the state.
func (t *rows) takePhases(phases []lifecycle.Phase) {
	for i, phase := range phases {
		row := t.at[i]
		if row < 0 {
			continue
		}
		is := stateOf(phase)
		if phase == lifecycle.Dropped {
			is = t.written[row]
		}
		if is != t.states[row] {
			t.states[row], t.changed[row] = is, t.revision+1
			if is != failed {
				t.classes[row] = -1
			}
			if is != done {
				t.reasons[row] = 0
			}
		}
	}
}

// host is the number of a host.
func (t *rows) host(name string) int32 {
	if name == "" {
		return -1
	}
	n, ok := t.hostOf[name]
	if !ok {
		n = int32(len(t.hostNames))
		t.hostNames, t.hostOf[name] = append(t.hostNames, name), n
	}
	return n
}

// classNumber is the place of a class in classNames; -1 for one that is not known.
func classNumber(class string) int8 {
	for i, c := range protocol.Classes() {
		if string(c) == class {
			return int8(i)
		}
	}
	return -1
}

func classNames() []string {
	var out []string
	for _, c := range protocol.Classes() {
		out = append(out, string(c))
	}
	return out
}

// reasonNames are the names of the bits of a verdict.
func reasonNames() []string {
	var out []string
	for bit := quality.Verdict(1); len(bit.Names()) > 0; bit <<= 1 {
		out = append(out, bit.Names()...)
	}
	return out
}

// since returns the rows that changed after a revision, or all rows if that is not of this table.
func (t *table) since(revision string) *api.Tasks {
	t.mu.Lock()
	defer t.mu.Unlock()
	after, ok := t.parse(revision)
	out := &api.Tasks{
		Sweep: t.sweep, Revision: t.revisionText(), Full: !ok, Count: len(t.ids),
		Parameters: append([]api.Parameter{}, t.parameters...), StateNames: stateNames, ClassNames: classNames(), ReasonNames: reasonNames(),
		HostNames: append([]string{}, t.hostNames...),
	}
	if out.Full {
		out.ID, out.Seed, out.Values = t.ids, t.seeds, t.values // they do not change
	}
	n := len(t.changed)
	if !out.Full {
		n = 0
		for _, at := range t.changed {
			if at > after {
				n++
			}
		}
	}
	out.State, out.Class, out.Reasons = make([]int, 0, n), make([]int, 0, n), make([]uint, 0, n)
	out.Host, out.Attempt, out.Seconds = make([]int, 0, n), make([]int, 0, n), make([]float64, 0, n)
	for i, at := range t.changed {
		if !out.Full && at <= after {
			continue
		}
		if !out.Full {
			out.Rows = append(out.Rows, i)
		}
		out.State, out.Class = append(out.State, int(t.states[i])), append(out.Class, int(t.classes[i]))
		out.Reasons, out.Host = append(out.Reasons, uint(t.reasons[i])), append(out.Host, int(t.hosts[i]))
		out.Attempt, out.Seconds = append(out.Attempt, int(t.attempts[i])), append(out.Seconds, float64(t.seconds[i]))
	}
	return out
}

func (t *rows) revisionText() string { return t.epoch + "-" + strconv.FormatInt(t.revision, 10) }

// parse returns the number of a revision of this table.
func (t *rows) parse(revision string) (number int64, ok bool) {
	epoch, digits, _ := strings.Cut(revision, "-")
	number, err := strconv.ParseInt(digits, 10, 64)
	return number, err == nil && epoch == t.epoch && t.epoch != "" && number >= 0 && number <= t.revision
}
