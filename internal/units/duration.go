package units

import (
	"fmt"
	"math"
	"time"
)

// Duration formats a time as a person plans with it: "0.04 s", "4.2 s", "54 s", "7 min", "1 min 30 s", "2 h 05 min", "3 days 4 h".
func Duration(d time.Duration) string { return Seconds(d.Seconds()) }

// Seconds formats a number of seconds as Duration does. It also takes more than a Duration can hold, and then counts years.
func Seconds(seconds float64) string {
	const day, year = 86400, 365.25 * 86400
	s := int64(math.Round(min(seconds, 2*year)))
	switch {
	case seconds == 0:
		return "0 s"
	case seconds < 0.0095:
		return fmt.Sprintf("%.3f s", max(0.001, seconds))
	case seconds < 0.995:
		return fmt.Sprintf("%.2f s", seconds)
	case seconds < 9.95:
		return fmt.Sprintf("%.1f s", seconds)
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return two("%d min", s/60, " %02d s", s%60)
	case s < 2*day:
		return two("%d h", s/3600, " %02d min", s%3600/60)
	case seconds < 2*year:
		return two("%d days", s/day, " %d h", s%day/3600)
	default:
		return Thousands(seconds/year) + " years"
	}
}

// two formats two units, and leaves out the second if there are none.
func two(format string, n int64, format2 string, n2 int64) string {
	text := fmt.Sprintf(format, n)
	if n2 > 0 {
		text += fmt.Sprintf(format2, n2)
	}
	return text
}

// Thousands formats a number with two significant digits at least and commas between thousands.
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
