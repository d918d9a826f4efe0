package expression

import "math"

// Evaluate computes the expression with the values of its parameters. The error is an *Error:
// a division by 0, or a result that is not a finite number.
func (e *Expression) Evaluate(value func(name string) float64) (float64, error) {
	x, bad := e.root.evaluate(value)
	if bad != nil {
		return 0, bad
	}
	return x, nil
}

func (n *node) evaluate(value func(string) float64) (float64, *Error) {
	switch n.op {
	case "number":
		return n.number, nil
	case "name":
		return value(n.name), nil
	}
	x := make([]float64, len(n.args))
	for i := range n.args {
		var bad *Error
		if x[i], bad = n.args[i].evaluate(value); bad != nil {
			return 0, bad
		}
	}
	if n.op == "/" && x[1] == 0 || n.op == "^" && x[0] == 0 && x[1] < 0 {
		return 0, n.failed("division by 0")
	}
	result := apply(n.op, x)
	if math.IsNaN(result) || math.IsInf(result, 0) {
		return 0, n.failed("the result is not a finite number")
	}
	return result, nil
}

func (n *node) failed(problem string) *Error { return &Error{n.start, n.end, problem, ""} }

// apply computes one operation. The conversions keep a compiler from fusing two of them into
// one with another rounding.
func apply(op string, x []float64) float64 {
	switch op {
	case "negate":
		return -x[0]
	case "+":
		return float64(x[0] + x[1])
	case "-":
		return float64(x[0] - x[1])
	case "*":
		return float64(x[0] * x[1])
	case "/":
		return float64(x[0] / x[1])
	case "^":
		return raise(x[0], x[1])
	case "round":
		return math.Round(x[0])
	}
	result := x[0]
	for _, y := range x[1:] {
		if op == "min" {
			result = min(result, y)
		} else {
			result = max(result, y)
		}
	}
	return result
}

// maxExponent limits the multiplications of a power.
const maxExponent = 1 << 20

// raise returns x^y; NaN for a negative x with a y that is not whole, and for a |y| above
// maxExponent.
func raise(x, y float64) float64 {
	whole := math.Floor(math.Abs(y))
	rest := math.Abs(y) - whole
	if whole > maxExponent || rest > 0 && x < 0 {
		return math.NaN()
	}
	result := multiplied(x, int(whole))
	switch {
	case rest == 0.5:
		result = float64(result * math.Sqrt(x))
	case rest > 0 && x > 0:
		result = float64(result * Power(x, rest))
	case rest > 0:
		result = 0
	}
	if y < 0 {
		return 1 / result
	}
	return result
}

// multiplied returns x^n for n ≥ 0 by squaring.
func multiplied(x float64, n int) float64 {
	result := 1.0
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			result = float64(result * x)
		}
		x = float64(x * x)
	}
	return result
}
