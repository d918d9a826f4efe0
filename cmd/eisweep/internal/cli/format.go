package cli

import (
	"fmt"
	"math"
	"strings"
	"time"

	"eisweep/internal/control"
)

// Count words a number of things: "1 task", "3 tasks".
func Count(n int, thing string) string { return control.Count(n, thing) }

// Duration words a time as a person plans with it: two units at most.
func Duration(d time.Duration) string { return Seconds(d.Seconds()) }

// Seconds words a number of seconds likewise.
func Seconds(seconds float64) string {
	const day, year = 86400, 365.25 * 86400
	s := int64(math.Round(min(seconds, 2*year)))
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d min %02d s", s/60, s%60)
	case s < 2*day:
		return fmt.Sprintf("%d h %02d min", s/3600, s%3600/60)
	case seconds < 2*year:
		return fmt.Sprintf("%d days %d h", s/day, s%day/3600)
	default:
		return Thousands(seconds/year) + " years"
	}
}

// Thousands words a number of two digits at least, its thousands apart.
func Thousands(x float64) string {
	if x < 10 {
		return fmt.Sprintf("%.1f", x)
	}
	text := fmt.Sprintf("%.0f", x)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// Size words a number of bytes.
func Size(bytes int64) string {
	units := []string{"bytes", "kB", "MB", "GB", "TB"}
	x, u := float64(bytes), 0
	for x >= 1000 && u < len(units)-1 {
		x, u = x/1000, u+1
	}
	if u == 0 || x >= 100 {
		return fmt.Sprintf("%.0f %s", x, units[u])
	}
	return fmt.Sprintf("%.1f %s", x, units[u])
}

// Plural chooses the form of a word that so many things have.
func Plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// Enumerate words a list of names: "a, b and c".
func Enumerate(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}

// JoinNonEmpty joins those parts that are not empty.
func JoinNonEmpty(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, ", ")
}

// NonZero words a number with what it is of, "" for none.
func NonZero(n int, what string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d %s", n, what)
}

func AfterComma(text string) string {
	if text == "" {
		return ""
	}
	return ", " + text
}

func InParentheses(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}

func FirstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// ShellQuote is a word as a shell takes it.
func ShellQuote(path string) string {
	if path != "" && strings.Trim(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+=:,@%") == "" {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

// Clock is a moment in local time: today's without the date.
func Clock(t time.Time) string {
	t = t.Local()
	if now := time.Now(); t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format(time.TimeOnly)
	}
	return t.Format(time.DateTime)
}
