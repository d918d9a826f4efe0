package drawing

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// mostLabels is how many numbers fit along an axis.
const mostLabels = 5

// ticks labels round numbers: multiples of 1, 2 or 5 times a power of ten, or powers of ten.
func (a *Axis) ticks(from, to float64) plot.Ticker {
	var marks []plot.Tick
	switch {
	case len(a.Names) > 0:
		for i, name := range a.Names {
			marks = append(marks, plot.Tick{Value: float64(i), Label: name})
		}
	case len(a.Ticks) > 0:
		marks = labelled(a.Ticks)
	case a.Log:
		if marks = powers(from, to); labels(marks) < 2 {
			marks = labelled(multiples(from, to))
		}
	default:
		marks = labelled(multiples(from, to))
	}
	return plot.ConstantTicks(marks)
}

func labels(marks []plot.Tick) (n int) {
	for _, mark := range marks {
		if mark.Label != "" {
			n++
		}
	}
	return n
}

// multiples are the multiples of a round step in a range, two at least, and at most mostLabels + 1.
func multiples(from, to float64) (values []float64) {
	step := math.Pow(10, math.Floor(math.Log10((to-from)/mostLabels)))
	for _, factor := range []float64{1, 2, 5, 10} {
		if (to-from)/(step*factor) <= mostLabels {
			step *= factor
			break
		}
	}
	tolerance := (to - from) * 1e-9
	for i := math.Ceil((from - tolerance) / step); i*step <= to+tolerance; i++ {
		values = append(values, i*step+0) // no negative zero
	}
	return values
}

// mostDigits are those of a float64.
const mostDigits = 17

// labelled labels rising numbers with as many decimals as they need, all with the same number of them; if all are very small or
// some very large, with a power of ten and the digits that they need. Different numbers have different labels.
func labelled(values []float64) (marks []plot.Tick) {
	largest, gap := 0.0, math.Inf(1)
	for i, v := range values {
		if largest = max(largest, math.Abs(v)); i > 0 {
			gap = min(gap, v-values[i-1])
		}
	}
	text, digits := fixed, 0
	if largest >= 1e6 || largest < 1e-3 && largest > 0 {
		text, digits = scientific, 3
	}
	tolerance := min(largest*1e-6, gap*1e-3)
	for digits < mostDigits && !exact(values, digits, tolerance, text) {
		digits++
	}
	for _, v := range values {
		marks = append(marks, plot.Tick{Value: v, Label: typeset(text(v, digits))})
	}
	return marks
}

// exact reports whether numbers differ from their texts by at most the tolerance.
func exact(values []float64, digits int, tolerance float64, text func(float64, int) string) bool {
	for _, v := range values {
		if shown, err := strconv.ParseFloat(text(v, digits), 64); err != nil || math.Abs(shown-v) > tolerance {
			return false
		}
	}
	return true
}

func fixed(v float64, decimals int) string { return strconv.FormatFloat(v, 'f', decimals, 64) }

func scientific(v float64, digits int) string { return strconv.FormatFloat(v, 'g', digits, 64) }

// minus replaces the hyphen by the typographic sign.
func minus(text string) string { return strings.Replace(text, "-", "−", 1) }

// typeset is a number as Go formats it, with the typographic signs and a raised exponent.
func typeset(number string) string {
	mantissa, exponent, _ := strings.Cut(number, "e")
	if exponent == "" {
		return minus(mantissa)
	}
	n, _ := strconv.Atoi(exponent)
	return minus(mantissa) + "·" + tenTo(n)
}

// tenTo is a power of ten, as markup.
func tenTo(n int) string { return "10^{" + minus(strconv.Itoa(n)) + "}" }

// powers labels powers of ten; in a range of less than two decades also 2 and 5 times them. The other multiples get marks
// without a label.
func powers(from, to float64) (marks []plot.Tick) {
	first, last := int(math.Floor(math.Log10(from))), int(math.Ceil(math.Log10(to)))
	decades := math.Log10(to / from)
	every := int(math.Ceil(decades / mostLabels))
	for n := first; n <= last; n++ {
		for digit := 1; digit <= 9; digit++ {
			v := float64(digit) * math.Pow(10, float64(n))
			label := ""
			if few := decades < 2; digit == 1 && n%every == 0 || few && (digit == 2 || digit == 5) {
				if label = tenTo(n); few {
					label = minus(strconv.FormatFloat(v, 'g', 3, 64))
				}
			}
			if v >= from*(1-1e-9) && v <= to*(1+1e-9) {
				marks = append(marks, plot.Tick{Value: v, Label: label})
			}
		}
	}
	return marks
}
