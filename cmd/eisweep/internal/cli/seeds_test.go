package cli

import "testing"

func TestSeedsAreFormattedAsOptionsTakeThem(t *testing.T) {
	for want, seeds := range map[string][]uint32{
		"": nil, "3": {3}, "1-3,7": {7, 1, 3, 2}, "1-2,4-5": {1, 2, 4, 5, 5}, "0,4294967294-4294967295": {0, 1<<32 - 1, 1<<32 - 2},
	} {
		if got := SeedsText(seeds); got != want {
			t.Errorf("%v is %q, want %q", seeds, got, want)
		}
	}
}
