package main

import (
	"slices"
	"testing"

	"eisweep/cmd/eisweep/internal/cli"
)

// What others named is offered to a shell only if that cannot take it for more than a word.
func TestCompletionsArePlainWords(t *testing.T) {
	words := func() []string {
		return []string{"host-1", "$(touch x)", "`touch x`", "a b", "a\nb", "a;b", "\x1b[2J", "", "host-1.lab:2", "a'b", "a\tb"}
	}
	want := []string{"host-1", "host-1.lab:2"}
	if got, _ := cli.CompleteFirst(words)(nil, nil, ""); !slices.Equal(got, want) {
		t.Errorf("offered are %q, want %q", got, want)
	}
	if got, _ := cli.CompleteEach(words)(nil, []string{"x"}, ""); !slices.Equal(got, want) {
		t.Errorf("offered are %q, want %q", got, want)
	}
}
