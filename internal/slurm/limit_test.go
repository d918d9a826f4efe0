package slurm

import (
	"testing"
	"time"
)

func TestLimitsAreReadAsSlurmDoes(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"4h": 4 * time.Hour, "1h30m": 90 * time.Minute, "60": time.Hour, "90:30": 90*time.Minute + 30*time.Second,
		"01:02:03": time.Hour + 2*time.Minute + 3*time.Second,
		"2-12":     60 * time.Hour, "1-00:30": 24*time.Hour + 30*time.Minute, "1-01:01:01": 25*time.Hour + time.Minute + time.Second,
	} {
		if got, err := ParseLimit(text); err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "0", "-1", "-5m", "1:2:3:4", "1-1:2:3:4", "soon", "1-", "4 h", "99999999", "213504-0",
		"1000000-00:00:00"} {
		if got, err := ParseLimit(text); err == nil {
			t.Errorf("%q is taken for %v", text, got)
		}
	}
}
