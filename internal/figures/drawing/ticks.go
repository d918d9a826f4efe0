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
		marks = powers(from, to)
	default:
		marks = labelled(multiples(from, to))
	}
	return plot.ConstantTicks(marks)
}

// multiples are the multiples of a round step in a range, at most mostLabels of them.
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

// labelled labels numbers with as many decimals as they need, all with the same number of them.
func labelled(values []float64) (marks []plot.Tick) {
	decimals, largest := 0, 0.0
	for _, v := range values {
		largest = max(largest, math.Abs(v))
	}
	for ; decimals < 8; decimals++ {
		if exact(values, decimals, largest) {
			break
		}
	}
	for _, v := range values {
		text := strconv.FormatFloat(v, 'f', decimals, 64)
		if largest >= 1e6 || largest < 1e-3 && largest > 0 {
			text = scientific(v)
		}
		marks = append(marks, plot.Tick{Value: v, Label: minus(text)})
	}
	return marks
}

func exact(values []float64, decimals int, largest float64) bool {
	unit := math.Pow(10, float64(decimals))
	for _, v := range values {
		if math.Abs(math.Round(v*unit)/unit-v) > largest*1e-6 {
			return false
		}
	}
	return true
}

// minus replaces the hyphen by the typographic sign.
func minus(text string) string { return strings.Replace(text, "-", "−", 1) }

func scientific(v float64) string {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'g', 3, 64), "e")
	if exponent == "" {
		return mantissa
	}
	n, _ := strconv.Atoi(exponent)
	return mantissa + "·" + tenTo(n)
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
