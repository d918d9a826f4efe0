package results

import (
	"fmt"
	"maps"
	"slices"
	"sync"
)

// skeletons keeps what files of many tasks begin with: all nodes, and those attributes
// that tasks of a sweep mostly have in common. The library makes it once; a task's file
// begins as a copy, and is the same whether it was kept or made for it.
type skeletonCache struct {
	mu   sync.Mutex
	list map[string]*skeleton // by skeletonKey
	used map[string]uint64    // when, counted in uses
	uses uint64
}

// maxSkeletons of some 50 KB are kept.
const maxSkeletons = 16

var sharedSkeletons = skeletonCache{list: map[string]*skeleton{}, used: map[string]uint64{}}

// of returns the skeleton of nodes.
func (s *skeletonCache) of(nodes []node) (*skeleton, error) {
	key := string(skeletonKey(nodes))
	s.mu.Lock()
	known := s.list[key]
	if known != nil {
		s.touch(key)
	}
	s.mu.Unlock()
	if known != nil {
		return known, nil
	}
	made, err := makeSkeleton(nodes)
	if err != nil {
		return nil, fmt.Errorf("make empty file: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list[key] = made
	s.touch(key)
	if len(s.list) > maxSkeletons {
		s.drop(s.oldest())
	}
	return made, nil
}

func (s *skeletonCache) touch(key string) {
	s.uses++
	s.used[key] = s.uses
}

func (s *skeletonCache) oldest() string {
	return slices.MinFunc(slices.Collect(maps.Keys(s.used)), func(a, b string) int { return int(s.used[a]) - int(s.used[b]) })
}

func (s *skeletonCache) drop(key string) {
	delete(s.list, key)
	delete(s.used, key)
}
