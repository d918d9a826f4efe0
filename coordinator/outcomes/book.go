package outcomes

import (
	"iter"
	"log/slog"

	"eisweep/coordinator/attempts"
	"eisweep/coordinator/catalog"
	"eisweep/coordinator/launched"
	"eisweep/coordinator/ledger"
	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/placement"
	"eisweep/internal/events"
	"eisweep/internal/manifest"
	"eisweep/internal/meters"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// Core is what a book needs of the coordinator. The lock is held during every call.
type Core interface {
	Machine() *lifecycle.Machine
	// Reason is why a task failed or is about to; "" if nothing is known.
	Reason(sweeps.ID) string
	// SetReason keeps the error of a task that is about to fail.
	SetReason(sweeps.ID, string)
	// Postpone keeps a command that could not be carried out for one of its sweeps, and tries it again later. whole says
	// that the sweep's directory is at fault, unless the error names a single file.
	Postpone(sweep string, c lifecycle.Command, err error, whole bool)
	// SetAside is why a sweep is set aside; nil if it is not.
	SetAside(sweep string) error
	// Record adds an event to the log of events.
	Record(events.Event)
	// Fail says why the coordinator cannot continue.
	Fail(error)
}

// Config says what a book works with.
type Config struct {
	Core     Core
	Root     *root.Root
	Catalog  *catalog.Catalog
	Sweeps   *launched.Table
	Ledger   *ledger.Ledger
	Attempts *attempts.Tracker
	Meters   *meters.Coordinator
	Log      *slog.Logger
	Version  string // of this program
}

// Book keeps the outcomes that are not settled. The coordinator's lock is held during every call.
type Book struct {
	Config
	placer placement.Placer

	held map[run]queue.OutcomeDelivery // not yet acknowledged
	last uint64                        // the sequence of the last outcome that came

	next     []lifecycle.Command // to be carried out once the lines are durable
	renamed  map[sweeps.ID]bool  // results that the lines give another name
	settled  []string            // sweeps whose last line is to be written
	reopened []string            // finished sweeps of which a task is executed again
}

// run is an order to execute a task.
type run struct {
	ID  sweeps.ID
	Run int
}

// New makes an empty book.
func New(c Config) *Book {
	return &Book{Config: c, placer: placement.Placer{Root: c.Root, Catalog: c.Catalog, Log: c.Log}, held: map[run]queue.OutcomeDelivery{}}
}

// Take takes in a delivery. It reports whether the state machine is to be told.
func (b *Book) Take(d queue.OutcomeDelivery) bool {
	o := &d.Outcome
	b.last = max(b.last, d.Sequence())
	if b.Ledger.Redelivered(d) {
		return false
	}
	if was, ok := b.held[run{o.ID, o.Run}]; ok && was.Token != o.Token {
		return false // the first outcome of an order counts
	}
	b.held[run{o.ID, o.Run}] = d
	return true
}

// Last is the sequence of the last outcome that came.
func (b *Book) Last() uint64 { return b.last }

// Get returns the outcome of a run that is not settled; nil if there is none.
func (b *Book) Get(id sweeps.ID, n int) *protocol.Outcome {
	if d, ok := b.held[run{id, n}]; ok {
		return &d.Outcome
	}
	return nil
}

// All lists the outcomes that are not settled. They may be settled meanwhile.
func (b *Book) All() iter.Seq[*protocol.Outcome] {
	return func(yield func(*protocol.Outcome) bool) {
		for _, d := range b.held {
			if !yield(&d.Outcome) {
				return
			}
		}
	}
}

// IsEmpty reports whether every outcome is settled.
func (b *Book) IsEmpty() bool { return len(b.held) == 0 }

// Settle lets an outcome be acknowledged with the next write of the ledger.
func (b *Book) Settle(id sweeps.ID, n int) {
	d, ok := b.held[run{id, n}]
	if !ok {
		return
	}
	delete(b.held, run{id, n})
	b.Attempts.Settle(id, n, d.Outcome.Done())
	b.Ledger.AddPlaced(ledger.Placed{Delivery: d, Incoming: b.Root.Incoming(id, n, d.Outcome.Token)})
}

// SettleRecorded settles an outcome that the manifests already have: a coordinator was stopped between writing it
// down and acknowledging it.
func (b *Book) SettleRecorded(id sweeps.ID, n int) {
	t, ok := b.Core.Machine().Task(id)
	if b.Catalog.LastRun(id) >= n && (!ok || t.Run > n) {
		b.Settle(id, n)
	}
}

// Adopt records a result that lay in the directory without a line, using its outcome if that still exists.
func (b *Book) Adopt(sweep string, t *sweeps.Task, line *manifest.Line) {
	o := b.Get(t.ID, line.Run)
	if o == nil || o.SHA256 != line.SHA256 {
		b.Ledger.Add(sweep, *line)
		return
	}
	b.Ledger.Add(sweep, resultLine(sweep, t, o))
	b.Settle(t.ID, line.Run)
}

// Next returns what is to be carried out after a write, and the results that have another name since, once.
func (b *Book) Next() (commands []lifecycle.Command, renamed map[sweeps.ID]bool) {
	commands, renamed = b.next, b.renamed
	b.next, b.renamed = nil, nil
	return commands, renamed
}

// Changes returns the sweeps whose last task was settled, and those of which one is executed again, once.
func (b *Book) Changes() (settled, reopened []string) {
	settled, reopened = b.settled, b.reopened
	b.settled, b.reopened = nil, nil
	return settled, reopened
}
