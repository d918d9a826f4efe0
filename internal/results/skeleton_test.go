package results

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"

	"eisweep/sim"
)

// A file has the same bytes whether its skeleton was new, cached by the same task, or cached by a task with other
// values.
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
					t.Errorf("%s, limit %d, write %d: %+v, want %+v", c.name, limit, i+1, got, want)
				}
			}
		}
	}
}

// forget empties the cache.
func forget() {
	sharedSkeletons.mu.Lock()
	defer sharedSkeletons.mu.Unlock()
	clear(sharedSkeletons.list)
	clear(sharedSkeletons.used)
}

// The tasks of a sweep share a skeleton for all values of an axis. Other shapes and other constant attributes have other
// skeletons.
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
		t.Error("two values of an axis have different skeletons")
	}
	if bytes.Equal(key(), key(weight(1.5))) {
		t.Error("a value that is set and a default share a skeleton")
	}
	if bytes.Equal(key(), key(sim.Setting{Name: "numint.max_steps", Value: sim.IntegerValue(100)})) {
		t.Error("arrays of other shapes share a skeleton")
	}
}

// The cache keeps the most recently used skeletons.
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
		t.Errorf("%d are cached, want %d", len(s.list), maxSkeletons)
	}
	for i, want := range map[int]bool{0: true, 1: false, maxSkeletons + 2: true} {
		if got := s.list[string(skeletonKey(nodes(i)))] != nil; got != want {
			t.Errorf("skeleton %d is cached: %v", i, got)
		}
	}
}
