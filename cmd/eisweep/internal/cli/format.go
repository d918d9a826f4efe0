package cli

import (
	"fmt"
	"strings"
	"time"

	"eisweep/internal/control"
	"eisweep/internal/units"
)

// Count formats a number of things: "1 task", "3 tasks".
func Count(n int, thing string) string { return control.Count(n, thing) }

// Duration formats a time with at most two units.
func Duration(d time.Duration) string { return units.Duration(d) }

// Seconds formats a number of seconds as Duration does.
func Seconds(seconds float64) string { return units.Seconds(seconds) }

// Thousands formats a number with commas between thousands.
func Thousands(x float64) string { return units.Thousands(x) }

// Size formats a number of bytes.
func Size(bytes int64) string { return units.Size(bytes) }

// Plural returns the singular or plural form for n.
func Plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// Enumerate joins names: "a, b and c".
func Enumerate(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}

// JoinNonEmpty joins the parts that are not empty with commas.
func JoinNonEmpty(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, ", ")
}

// NonZero formats a number with what it counts, or returns "" for 0.
func NonZero(n int, what string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d %s", n, what)
}

// AfterComma puts a comma before a text that is not empty.
func AfterComma(text string) string {
	if text == "" {
		return ""
	}
	return ", " + text
}

// InParentheses puts a text that is not empty in parentheses.
func InParentheses(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}

// FirstLine is the first line of a text.
func FirstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// ShellQuote is control.ShellQuote.
func ShellQuote(path string) string { return control.ShellQuote(path) }

// Clock is a moment in local time: today's without the date.
func Clock(t time.Time) string {
	t = t.Local()
	if now := time.Now(); t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format(time.TimeOnly)
	}
	return t.Format(time.DateTime)
}
