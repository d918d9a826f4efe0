package results

import (
	"fmt"
	"maps"
	"slices"
	"sync"
)

// skeletonCache keeps the skeletons of recent files. The tasks of a sweep mostly share one: libhdf5 creates it once, and
// each task's file begins as a copy. A file is the same whether its skeleton was cached or new.
type skeletonCache struct {
	mu   sync.Mutex
	list map[string]*skeleton // by skeletonKey
	used map[string]uint64    // the use count at the last use
	uses uint64
}

// maxSkeletons is how many skeletons are cached, of some 50 KB each.
const maxSkeletons = 16

var sharedSkeletons = skeletonCache{list: map[string]*skeleton{}, used: map[string]uint64{}}

// of returns the skeleton of nodes, from the cache if it is there.
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
		return nil, fmt.Errorf("create skeleton: %w", err)
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
