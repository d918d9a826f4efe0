package elementary

import "math"

// StudentTwoSided is the probability that Student's t with df > 0 degrees of
// freedom is at least as far from 0 as t; NaN for NaN.
func StudentTwoSided(t, df float64) float64 {
	t2 := float64(t * t)
	if math.IsInf(t2, 1) {
		return 0
	}
	return incompleteBeta(df/2, 0.5, df/(df+t2), t2/(df+t2))
}

// incompleteBeta is the regularized I_x(a, b), y being 1 − x.
func incompleteBeta(a, b, x, y float64) float64 {
	switch {
	case x != x:
		return x
	case x <= 0:
		return 0
	case y <= 0:
		return 1
	}
	front := logGamma(a+b) - logGamma(a) - logGamma(b) + float64(a*Log(x)) + float64(b*Log(y))
	if x < (a+1)/(a+b+2) {
		return float64(Exp(front)*betaFraction(a, b, x)) / a
	}
	return 1 - float64(Exp(front)*betaFraction(b, a, y))/b
}

// betaFraction is the continued fraction of the incomplete beta function, by
// Lentz's method.
func betaFraction(a, b, x float64) float64 {
	const tiny = 1e-300
	c, d := 1.0, 1-float64((a+b)*x)/(a+1)
	if math.Abs(d) < tiny {
		d = tiny
	}
	d = 1 / d
	h := d
	lentz := func(numerator float64) float64 {
		d = 1 + float64(numerator*d)
		if math.Abs(d) < tiny {
			d = tiny
		}
		c = 1 + numerator/c
		if math.Abs(c) < tiny {
			c = tiny
		}
		d = 1 / d
		h = float64(h * float64(d*c))
		return float64(d * c)
	}
	for m := 1.0; m < 10_000; m++ {
		lentz(float64(float64(m*(b-m))*x) / float64((a+2*m-1)*(a+2*m)))
		change := lentz(-float64(float64((a+m)*(a+b+m))*x) / float64((a+2*m)*(a+2*m+1)))
		if math.Abs(change-1) < 1e-14 {
			break
		}
	}
	return h
}

// logGamma is ln Γ(x) for x > 0: Stirling's series after the recurrence has
// brought x above 10.
func logGamma(x float64) float64 {
	shift := 1.0
	for x < 10 {
		shift = float64(shift * x)
		x++
	}
	z := 1 / float64(x*x)
	series := polynomial(z, []float64{1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360}) / x
	return float64((x-0.5)*Log(x)) - x + 0.91893853320467274178 + series - Log(shift)
}
