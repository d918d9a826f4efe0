package cli

import (
	"testing"
	"time"
)

func TestSizesAreRead(t *testing.T) {
	for text, want := range map[string]int64{"16G": 16 << 30, "500M": 500 << 20, "1.5T": 3 << 39, "2048k": 2 << 20, "2GiB": 2 << 30,
		"3gb": 3 << 30, "1048576": 1 << 20} {
		if got, err := ParseSize(text); err != nil || got != want {
			t.Errorf("%s is %d (%v), want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "much", "-1G", "0", "G", "1e30T", "nan", "1", "4096", "1023k"} {
		if got, err := ParseSize(text); err == nil {
			t.Errorf("%q is %d", text, got)
		}
	}
}

func TestDeadlinesAreRead(t *testing.T) {
	now := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"2h30m":                now.Add(150 * time.Minute),
		"2026-01-31T18:00:00Z": now.Add(6 * time.Hour),
		"1769860800":           now,
	} {
		if got, err := ParseDeadline(text, now); err != nil || !got.Equal(want) {
			t.Errorf("%s is %v (%v), want %v", text, got, err, want)
		}
	}
	if _, err := ParseDeadline("tomorrow", now); err == nil {
		t.Error("tomorrow is a time")
	}
}
