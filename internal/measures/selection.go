package measures

import "math"

// selection finds the median of float32 values that are too many to keep. They are passed to it twice, in any order: the
// first time it counts the upper halves of their bits, the second time the lower halves of those near the middle.
type selection struct {
	upper  []int    // how many values have each upper half
	middle [2]place // of the lower and the upper median
}

// place is where a value is in the order of all.
type place struct {
	half  uint32 // upper half of its bits
	rank  int    // its place among those with that half
	lower []int  // how many of those have each lower half
}

// sortable maps a float32 to bits of the same order.
func sortable(x float64) uint32 {
	bits := math.Float32bits(float32(x))
	if bits>>31 == 1 {
		return ^bits
	}
	return bits | 1<<31
}

func fromSortable(bits uint32) float64 {
	if bits>>31 == 1 {
		bits &^= 1 << 31
	} else {
		bits = ^bits
	}
	return float64(math.Float32frombits(bits))
}

// countFirst counts a value the first time.
func (s *selection) countFirst(x float64) {
	if s.upper == nil {
		s.upper = make([]int, 1<<16)
	}
	s.upper[sortable(x)>>16]++
}

// locate finds the middle of n values, after the first time.
func (s *selection) locate(n int) {
	for i, rank := range []int{(n - 1) / 2, n / 2} {
		half, rest := nth(s.upper, rank)
		s.middle[i] = place{uint32(half), rest, make([]int, 1<<16)}
	}
}

// countAgain counts a value the second time.
func (s *selection) countAgain(x float64) {
	bits := sortable(x)
	for i := range s.middle {
		if bits>>16 == s.middle[i].half {
			s.middle[i].lower[bits&0xffff]++
		}
	}
}

// median returns the median, after the second time.
func (s *selection) median() float64 {
	sum := 0.0
	for _, m := range s.middle {
		lower, _ := nth(m.lower, m.rank)
		sum += fromSortable(m.half<<16 | uint32(lower))
	}
	return sum / 2
}

// nth returns the class of the value with that rank, counted from 0, and its rank within the class.
func nth(counts []int, rank int) (class, rest int) {
	for class, n := range counts {
		if rank < n {
			return class, rank
		}
		rank -= n
	}
	return len(counts) - 1, 0
}
