package sim

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
)

// memorySpool is a spool without a file; its writes fail when refuse says so.
type memorySpool struct {
	bytes  []byte
	refuse error
}

func (m *memorySpool) WriteAt(b []byte, at int64) (int, error) {
	if m.refuse != nil {
		return 0, m.refuse
	}
	if need := int(at) + len(b) - len(m.bytes); need > 0 {
		m.bytes = append(m.bytes, make([]byte, need)...)
	}
	return copy(m.bytes[at:], b), nil
}

func (m *memorySpool) ReadAt(b []byte, at int64) (int, error) {
	return bytes.NewReader(m.bytes).ReadAt(b, at)
}

// spooled is a task with a spool of its own.
func spooled(task *Task) (*Task, *memorySpool) {
	t, spool := *task, new(memorySpool)
	t.Spool = spool
	return &t, spool
}

// unspooled is a result with the rate changes that its spool kept.
func unspooled(t *testing.T, r *Result) *Result {
	t.Helper()
	if r.Perturbation.RateChange != nil {
		t.Fatal("rate changes are held in memory, too")
	}
	p := *r.Perturbation
	p.RateChange = make([]float32, len(p.Perturbed)*len(p.ResponsesExc))
	spool := io.NewSectionReader(r.Task.Spool, 0, int64(4*len(p.RateChange)))
	if err := binary.Read(spool, binary.LittleEndian, p.RateChange); err != nil {
		t.Fatal(err)
	}
	return &Result{Task: r.Task, Log: r.Log, Perturbation: &p}
}

// TestSpoolChangesNoBits runs a PERTURB with and without a spool, the one with it
// saved every few settlings and gone on with under another spool.
func TestSpoolChangesNoBits(t *testing.T) {
	held := smallTasks(t)["perturb"]
	want := bits(t, runTask(t, held))
	for after := int64(0); after <= SettleCount(Perturb, &held.Parameters); after += 1 + rand.Int64N(60) {
		task, _ := spooled(held)
		s, err := New(task)
		if err != nil {
			t.Fatal(err)
		}
		for s.Progress().Done < after {
			if _, err := s.Step(); err != nil {
				t.Fatal(err)
			}
		}
		saved, err := s.Save()
		if err != nil {
			t.Fatal(err)
		}
		task, _ = spooled(held)
		if s, err = New(task); err != nil {
			t.Fatal(err)
		}
		if err := s.Restore(saved); err != nil {
			t.Fatal(err)
		}
		if again, err := s.Save(); err != nil || !bytes.Equal(again, saved) {
			t.Fatalf("after %d settlings: the restored state saves differently (%v)", after, err)
		}
		if err := s.Run(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if bits(t, unspooled(t, s.Result())) != want {
			t.Errorf("saved after %d settlings it ends in other bits than without a spool", after)
		}
	}
}

// TestSpoolThatFails has every block refused once: the step fails, changes nothing,
// and can be taken again.
func TestSpoolThatFails(t *testing.T) {
	held := smallTasks(t)["perturb"]
	task, spool := spooled(held)
	s, err := New(task)
	if err != nil {
		t.Fatal(err)
	}
	full, refused := errors.New("full"), 0
	for done := false; !done; {
		spool.refuse = full
		before := s.Progress()
		if done, err = s.Step(); errors.Is(err, full) {
			refused++
			if s.Progress() != before {
				t.Errorf("%+v after a step that failed at %+v", s.Progress(), before)
			}
			spool.refuse = nil
			done, err = s.Step()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if blocks := held.Parameters.Perturb.NPerturbed; refused != blocks {
		t.Errorf("%d writes were refused, want one for each of %d neurons", refused, blocks)
	}
	if bits(t, unspooled(t, s.Result())) != bits(t, runTask(t, held)) {
		t.Error("it ends in other bits")
	}
}

// TestRefusedStateLeavesTheSpool: a damaged state, and one whose rate changes are
// too few, are refused before the spool is touched.
func TestRefusedStateLeavesTheSpool(t *testing.T) {
	task, spool := spooled(smallTasks(t)["perturb"])
	s, err := New(task)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	saved, err := s.Save()
	if err != nil {
		t.Fatal(err)
	}
	kept := slices.Clone(spool.bytes)
	spool.refuse = errors.New("touched")
	flipped := bytes.Clone(saved)
	flipped[len(flipped)/2] ^= 1
	for name, b := range map[string][]byte{"flipped": flipped, "cut": sealed(saved[:len(saved)-36]),
		"longer": sealed(append(bytes.Clone(saved[:len(saved)-32]), 0, 0, 0, 0))} {
		if err := s.Restore(b); !errors.Is(err, ErrState) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.Restore(saved); errors.Is(err, ErrState) || !errors.Is(err, spool.refuse) {
		t.Errorf("a spool that fails: %v", err)
	}
	if !bytes.Equal(spool.bytes, kept) {
		t.Error("the spool has changed")
	}
}
