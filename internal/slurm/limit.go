package slurm

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// limit formats a time for Slurm, rounded up to minutes: D-HH:MM:SS.
func limit(d time.Duration) string {
	minutes := int64((d + time.Minute - 1) / time.Minute)
	return fmt.Sprintf("%d-%02d:%02d:00", minutes/1440, minutes/60%24, minutes%60)
}

var errLimit = errors.New("give a time such as 4h or 1h30m, or in Slurm's format: minutes, HH:MM:SS or D-HH:MM:SS")

// ParseLimit parses a time limit: 4h, 1h30m, or Slurm's MINUTES, MM:SS, HH:MM:SS, D-HH,
// D-HH:MM and D-HH:MM:SS.
func ParseLimit(text string) (time.Duration, error) {
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return d, nil
	}
	days, rest, hasDays := strings.Cut(text, "-")
	units := []time.Duration{time.Minute, time.Second}
	if !hasDays {
		days, rest = "0", text
	}
	parts := strings.Split(rest, ":")
	if hasDays || len(parts) == 3 {
		units = []time.Duration{time.Hour, time.Minute, time.Second}
	}
	total, err := amount(days, 24*time.Hour)
	if len(parts) > len(units) || err != nil {
		return 0, errLimit
	}
	for i, part := range parts {
		d, err := amount(part, units[i])
		if err != nil {
			return 0, err
		}
		total += d
	}
	if total <= 0 {
		return 0, errLimit
	}
	return total, nil
}

// longest bounds each part of a limit, so that their sum does not overflow.
const longest = 50 * 365 * 24 * time.Hour

func amount(text string, unit time.Duration) (time.Duration, error) {
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil || n > uint64(longest/unit) {
		return 0, errLimit
	}
	return time.Duration(n) * unit, nil
}
