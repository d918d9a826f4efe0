package worker

import (
	"crypto/sha256"
	"encoding/binary"
	"os"
	"strings"
	"testing"
	"time"

	"eisweep/sim"
)

// generations leaves two checkpoints of a task and returns how far they are.
func generations(t *testing.T, directory string) (c *Checkpoints, last, first int64) {
	t.Helper()
	c = keeper(directory, 1, func(line string) { t.Log(line) })
	s := simulation(t)
	for range 2 {
		for range 40 {
			_, err := s.Step()
			check(t, err)
		}
		c.save(s)
		c.wait()
		first, last = last, c.kept
	}
	return c, last, first
}

func simulation(t *testing.T) *sim.Simulation {
	t.Helper()
	task := long()
	s, err := sim.New(&sim.Task{Experiment: task.Experiment, Seed: task.Seed, Parameters: task.Parameters})
	check(t, err)
	return s
}

func TestDamagedCheckpointFallsBack(t *testing.T) {
	sealed := func(state []byte) []byte { // the state's own seal put right
		sum := sha256.Sum256(state[:len(state)-sha256.Size])
		return append(state[:len(state)-sha256.Size], sum[:]...)
	}
	cases := map[string]func(b []byte) []byte{
		"empty":        func([]byte) []byte { return nil },
		"truncated":    func(b []byte) []byte { return b[:len(b)/2] },
		"short":        func(b []byte) []byte { return b[:checkpointHead+3] },
		"flipped":      func(b []byte) []byte { b[len(b)/2] ^= 4; return b },
		"flipped head": func(b []byte) []byte { b[len(checkpointMagic)+5] ^= 1; return b },
		"foreign": func([]byte) []byte {
			return []byte("something else of a length that would do for a head, or nearly so, at least")
		},
		"older head": func(b []byte) []byte {
			old := headOf(1<<40, 0)
			old[len(checkpointMagic)+1] = 0
			sum := sha256.Sum256(old[:checkpointHead-sha256.Size])
			return append(append(old[:checkpointHead-sha256.Size], sum[:]...), b[checkpointHead:]...)
		},
		"older state": func(b []byte) []byte {
			state := b[checkpointHead:]
			at := len("eisweep-state\n")
			binary.BigEndian.PutUint16(state[at:], binary.BigEndian.Uint16(state[at:])-1)
			return append(b[:checkpointHead:checkpointHead], sealed(state)...)
		},
	}
	for name, damage := range cases {
		t.Run(name, func(t *testing.T) {
			directory := t.TempDir()
			c, last, first := generations(t, directory)
			if begun := resumed(t, directory, 2, false); begun != last {
				t.Fatalf("it goes on at %d, not %d", begun, last)
			}
			harm(t, c.path, damage)
			if begun := resumed(t, directory, 2, true); begun != first {
				t.Errorf("it goes on at %d, not %d", begun, first)
			}
			harm(t, c.path+previousSuffix, damage)
			if begun := resumed(t, directory, 2, true); begun != 0 {
				t.Errorf("it goes on at %d, not from the start", begun)
			}
		})
	}
}

// TestCheckpointsCarryWhatWasSpent resumes from one attempt's checkpoint after the other,
// and from one of the format before, which doesn't tell.
func TestCheckpointsCarryWhatWasSpent(t *testing.T) {
	directory := t.TempDir()
	spend := func(attempt int, took time.Duration) *Checkpoints {
		c, s := keeper(directory, attempt, func(string) {}), &counter{}
		c.Resume(s)
		c.worked = func() time.Duration { return took }
		s.save(c, s.done+10)
		return c
	}
	spend(1, time.Hour)
	if c := spend(2, time.Minute); c.spent < time.Hour || c.spent > time.Hour+time.Minute/2 {
		t.Errorf("the second resumes from %v", c.spent)
	}
	third := spend(3, time.Second)
	if third.spent < time.Hour+time.Minute || third.spent > time.Hour+3*time.Minute/2 {
		t.Errorf("the third resumes from %v", third.spent)
	}
	harm(t, third.path, func(b []byte) []byte {
		head := append(b[:len(checkpointMagic):len(checkpointMagic)], 0, timelessFormat)
		head = append(head, b[len(head):len(head)+8]...)
		sum := sha256.Sum256(head)
		return append(append(head, sum[:]...), b[checkpointHead:]...)
	})
	if c := spend(4, time.Second); c.spent != 0 || c.kept != 40 {
		t.Errorf("the fourth resumes from %v, to %d", c.spent, c.kept)
	}
}

// resumed is where another attempt begins, and checks whether it warns.
func resumed(t *testing.T, directory string, attempt int, warns bool) int64 {
	t.Helper()
	warned := false
	c := keeper(directory, attempt, func(line string) { warned = warned || strings.HasPrefix(line, "warning") })
	s := simulation(t)
	c.Resume(s)
	if warned != warns {
		t.Errorf("a warning: %v, want %v", warned, warns)
	}
	return s.Progress().Done
}

func harm(t *testing.T, path string, damage func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	check(t, err)
	check(t, os.WriteFile(path, damage(data), 0o600))
}
