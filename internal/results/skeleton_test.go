package results

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"

	"eisweep/sim"
)

// A file doesn't tell whether its skeleton was kept, was kept for a task with other
// values of its own, or was made for it.
func TestSameBytesByAnySkeleton(t *testing.T) {
	for _, c := range examples() {
		for _, limit := range []int{0, imageLimit} {
			var want Receipt
			for i, prepare := range []func(){forget, func() {}, forget} {
				prepare()
				if i == 2 { // another seed comes first, and leaves its skeleton
					other := *c.task
					other.Seed++
					written(t, &other, c.result)
				}
				got, err := write(t.Context(), filepath.Join(t.TempDir(), "results.h5"), c.task, c.result, limit)
				if err != nil {
					t.Fatal(err)
				}
				if i == 0 {
					want = got
				} else if got != want {
					t.Errorf("%s, limit %d, the %d. time: %+v, want %+v", c.name, limit, i+1, got, want)
				}
			}
		}
	}
}

// forget empties the kept skeletons.
func forget() {
	sharedSkeletons.mu.Lock()
	defer sharedSkeletons.mu.Unlock()
	clear(sharedSkeletons.list)
	clear(sharedSkeletons.used)
}

// Tasks of a sweep share a skeleton whatever values an axis has, those of other shapes
// and constant attributes don't.
func TestSkeletonKey(t *testing.T) {
	key := func(change ...sim.Setting) []byte {
		task := makeTask(sim.Approximate, append(small(), change...)...)
		nodes, err := layout(task, makeTraining(task))
		if err != nil {
			t.Fatal(err)
		}
		return skeletonKey(nodes)
	}
	weight := func(w float64) sim.Setting { return sim.Setting{Name: "sy.e2e.w_total", Value: sim.RealValue(w)} }
	if !bytes.Equal(key(weight(1.5)), key(weight(2.5))) {
		t.Error("two values of an axis have skeletons of their own")
	}
	if bytes.Equal(key(), key(weight(1.5))) {
		t.Error("a value that is set and one that isn't share a skeleton")
	}
	if bytes.Equal(key(), key(sim.Setting{Name: "numint.max_steps", Value: sim.IntegerValue(100)})) {
		t.Error("arrays of other shapes share a skeleton")
	}
}

// Only so many skeletons are kept, those that were used last.
func TestSkeletonsAreDropped(t *testing.T) {
	s := skeletonCache{list: map[string]*skeleton{}, used: map[string]uint64{}}
	nodes := func(i int) []node {
		return []node{group("/"), group(fmt.Sprintf("/g%d", i))}
	}
	for i := range maxSkeletons + 3 {
		for _, n := range []int{i, 0} {
			if _, err := s.of(nodes(n)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(s.list) != maxSkeletons || len(s.used) != maxSkeletons {
		t.Errorf("%d are kept, want %d", len(s.list), maxSkeletons)
	}
	for i, want := range map[int]bool{0: true, 1: false, maxSkeletons + 2: true} {
		if got := s.list[string(skeletonKey(nodes(i)))] != nil; got != want {
			t.Errorf("the %d. is kept: %v", i, got)
		}
	}
}
