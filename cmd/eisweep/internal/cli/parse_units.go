package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ParseSize parses a number of bytes: 16G, 500M, 1.5T, 800000k or plain bytes, in powers of 1024 as batch systems use them; B
// and iB may follow. It rejects less than 1M, which is too little for a task and means a forgotten unit.
func ParseSize(text string) (int64, error) {
	number := strings.TrimRight(strings.ToUpper(strings.TrimSpace(text)), "B")
	number = strings.TrimSuffix(number, "I")
	shift := 0
	for i, unit := range []string{"K", "M", "G", "T"} {
		if rest, ok := strings.CutSuffix(number, unit); ok {
			number, shift = rest, 10*(i+1)
		}
	}
	x, err := strconv.ParseFloat(number, 64)
	if err != nil || !(x > 0) || x*float64(int64(1)<<shift) > 1<<60 {
		return 0, errors.New("give a number with K, M, G or T, such as 16G")
	}
	if x *= float64(int64(1) << shift); x < 1<<20 {
		return 0, errors.New("less than 1M is too little for a task; add a unit, such as 16G")
	}
	return int64(x), nil
}

// ParseDeadline parses a time: a duration from now, RFC 3339, or Unix time.
func ParseDeadline(text string, now time.Time) (time.Time, error) {
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Unix(seconds, 0), nil
	}
	if d, err := time.ParseDuration(text); err == nil {
		return now.Add(d), nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	return time.Time{}, fmt.Errorf("not a time: give 2h30m, %s, or Unix time", now.UTC().Truncate(time.Hour).Format(time.RFC3339))
}
