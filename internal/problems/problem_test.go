package problems

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestNormalizeSortsWorstFirst also bounds the texts and the number of problems.
func TestNormalizeSortsWorstFirst(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	r := Report{Problems: []Problem{
		{Subject: "hint", Severity: Hint},
		{Subject: "undated", Severity: Error},
		{Subject: "young", Severity: Error, Since: now},
		{Subject: "old", Severity: Error, Since: now.Add(-time.Hour), Text: "two\nlines", Remedy: strings.Repeat("x", 10_000)},
		{Subject: "worst", Severity: Critical},
		{Subject: "warning", Severity: Warning},
	}}
	r.Normalize()
	var order []string
	for _, p := range r.Problems {
		order = append(order, p.Subject)
	}
	if got, want := fmt.Sprint(order), "[worst old young undated warning hint]"; got != want {
		t.Errorf("order %s, want %s", got, want)
	}
	if p := r.Problems[1]; p.Text != "two lines" || len(p.Remedy) > 2*maxText {
		t.Errorf("%+v", p)
	}
	if r.Wrong() != 5 || r.More != 0 {
		t.Errorf("%d problems and %d more, want 5 and 0", r.Wrong(), r.More)
	}
	for range maxProblems {
		r.Problems = append(r.Problems, Problem{Severity: Warning})
	}
	if r.Normalize(); len(r.Problems) != maxProblems || r.More != 6 || r.Problems[0].Subject != "worst" {
		t.Errorf("%d problems and %d more", len(r.Problems), r.More)
	}
}
