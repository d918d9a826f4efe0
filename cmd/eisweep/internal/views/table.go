package views

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"eisweep/cmd/eisweep/internal/views/api"
	"eisweep/coordinator"
	"eisweep/coordinator/lifecycle"
	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
	"eisweep/internal/quality"
	"eisweep/sweeps"
)

// table is the task table of a sweep, kept up to date from the coordinator's phases and from the lines that are added to the manifest.
type table struct {
	d     *Dashboard
	sweep string
	used  time.Time // when somebody last asked for it; guarded by the lock of tables

	mu     sync.Mutex
	live   coordinator.SweepTasks
	isLive bool // the coordinator works on it
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

	was   os.FileInfo // the manifest
	read  int64       // how far it was read
	lines []extent    // by row: the last line in it
	sums  [][32]byte  // by row: SHA-256 of the result; zero for none

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
	values     [][]int

	states   []uint8
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

func newTable(d *Dashboard, sweep string) *table { return &table{d: d, sweep: sweep} }

// update makes the table current. It is made anew after a launch, and when the manifest was replaced.
func (t *table) update(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	live, isLive := t.d.Coordinator.Tasks(t.sweep, t.live)
	isNew := live.Launch != t.live.Launch || isLive != t.isLive || len(live.IDs) != len(t.live.IDs)
	t.live, t.isLive = live, isLive
	now, err := os.Stat(t.d.Root.Manifest(t.sweep))
	if err != nil {
		now = nil // without a manifest nothing is settled
	}
	if t.epoch == "" || isNew || t.was != nil && (now == nil || !os.SameFile(t.was, now) || now.Size() < t.read) {
		if err := t.build(ctx); err != nil {
			t.epoch = ""
			return err
		}
	}
	t.revision++
	if now != nil && (t.was == nil || now.Size() > t.read) {
		if err := t.readManifest(); err != nil {
			return err
		}
	}
	t.was = now
	t.takePhases()
	return nil
}

// build makes the rows.
func (t *table) build(ctx context.Context) error {
	t.rows = rows{}
	if err := t.expand(ctx); err != nil {
		return err
	}
	n := len(t.ids)
	t.states, t.classes, t.reasons, t.hosts = make([]uint8, n), make([]int8, n), make([]uint8, n), make([]int32, n)
	t.attempts, t.seconds, t.changed = make([]int32, n), make([]float32, n), make([]int64, n)
	t.lines, t.sums = make([]extent, n), make([][32]byte, n)
	for i := range n {
		t.states[i], t.classes[i], t.hosts[i] = pending, -1, -1
	}
	t.hostOf = map[string]int32{}
	t.at = make([]int32, len(t.live.IDs))
	for i, id := range t.live.IDs {
		t.at[i] = -1
		if row, ok := t.rowOf[id]; ok {
			t.at[i] = row
		}
	}
	t.epoch = rand.Text()[:8]
	return nil
}

// readManifest takes in the lines that were added to the manifest.
func (t *table) readManifest() error {
	for line, err := range manifest.ReadFrom(t.d.Root.Manifest(t.sweep), t.read) {
		if err != nil {
			return err
		}
		if row, ok := t.rowOf[line.ID]; ok {
			t.lines[row] = extent{t.read, line.End}
			t.take(row, &line.Line)
		}
		t.read = line.End
	}
	return nil
}

// take takes in what a line says of a task.
func (t *table) take(row int32, l *manifest.Line) {
	t.changed[row] = t.revision
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
}

// takePhases takes in what the coordinator knows: it knows better than the manifest what is to be executed.
func (t *table) takePhases() {
	for i, phase := range t.live.Phases {
		row := t.at[i]
		if row < 0 {
			continue
		}
		if is := stateOf(phase); is != t.states[row] {
			t.states[row], t.changed[row] = is, t.revision
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
func (t *table) host(name string) int32 {
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
		HostNames: append([]string{}, t.hostNames...), State: []int{}, Class: []int{}, Reasons: []uint{}, Host: []int{}, Attempt: []int{},
		Seconds: []float64{},
	}
	if out.Full {
		out.ID, out.Seed, out.Values = t.ids, t.seeds, t.values // they do not change
	}
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

func (t *table) revisionText() string { return t.epoch + "-" + strconv.FormatInt(t.revision, 10) }

// parse returns the number of a revision of this table.
func (t *table) parse(revision string) (number int64, ok bool) {
	epoch, digits, _ := strings.Cut(revision, "-")
	number, err := strconv.ParseInt(digits, 10, 64)
	return number, err == nil && epoch == t.epoch && t.epoch != "" && number >= 0 && number <= t.revision
}
