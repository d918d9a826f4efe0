package kernel

func descend(s *strip) {
	switch chosen {
	case avx512:
		descendAVX512(&s.w[0], &s.v[0], &s.slope[0], s.stride, s.cols, &s.post[0], &s.pre[0], &s.table[0], &s.sums[0])
	case avx2:
		descendAVX2(&s.w[0], &s.v[0], &s.slope[0], s.stride, s.cols, &s.post[0], &s.pre[0], &s.table[0], &s.sums[0])
	default:
		descendGeneric(s)
	}
}

func adam(s *strip) {
	switch chosen {
	case avx512:
		adamAVX512(&s.w[0], &s.v[0], &s.slope[0], &s.m[0], &s.q[0], s.stride, s.cols, &s.post[0], &s.pre[0], &s.table[0], &s.sums[0])
	case avx2:
		adamAVX2(&s.w[0], &s.v[0], &s.slope[0], &s.m[0], &s.q[0], s.stride, s.cols, &s.post[0], &s.pre[0], &s.table[0], &s.sums[0])
	default:
		adamGeneric(s)
	}
}

func scale(s *strip) {
	switch chosen {
	case avx512:
		scaleAVX512(&s.w[0], s.stride, s.cols, &s.post[0], &s.table[0], &s.sums[0])
	case avx2:
		scaleAVX2(&s.w[0], s.stride, s.cols, &s.post[0], &s.table[0], &s.sums[0])
	default:
		scaleGeneric(s)
	}
}

var logisticTable = newRuleTable(&Rule{Alpha: 1})

// logistic leaves what doesn't fill a strip to the generic loop.
func logistic(dst, x []float32) {
	whole := len(x) / stripRows * stripRows
	switch {
	case whole == 0 || chosen == generic:
		whole = 0
	case chosen == avx512:
		logisticAVX512(&dst[0], &x[0], whole, &logisticTable[0])
	default:
		logisticAVX2(&dst[0], &x[0], whole, &logisticTable[0])
	}
	logisticGeneric(dst[whole:], x[whole:])
}

func product(dst []float32, m *Panels, x []float32) {
	if chosen == generic {
		productGeneric(dst, m, x)
		return
	}
	if k := m.panelStrips; k == 4 {
		for n := 0; n < m.strips(); n += k {
			productPanel(dst[n*stripRows:], m.w[n*stripRows*m.cols:], x)
		}
		return
	}
	for n := range m.strips() {
		begin, stride := m.strip(n)
		productStrip(dst[n*stripRows:], m.w[begin:], stride, x)
	}
}

// productPanel is the product with a panel of four strips.
func productPanel(dst, w, x []float32) {
	if chosen == avx512 {
		product4AVX512(&dst[0], &w[0], &x[0], len(x))
	} else {
		product4AVX2(&dst[0], &w[0], &x[0], len(x))
	}
}

func productStrip(dst, w []float32, stride int, x []float32) {
	if chosen == avx512 {
		product1AVX512(&dst[0], &w[0], stride, &x[0], len(x))
	} else {
		product1AVX2(&dst[0], &w[0], stride, &x[0], len(x))
	}
}

// productTransposed leaves what doesn't fill eight columns to the generic loop.
func productTransposed(dst []float32, m *Panels) {
	const together = 8
	whole, k := m.cols/together*together, m.panelStrips
	switch {
	case whole == 0 || chosen == generic:
		whole = 0
	case chosen == avx512:
		productTransposedAVX512(&dst[0], &m.w[0], &m.padded[0], m.strips()/k, k, m.cols, whole)
	default:
		productTransposedAVX2(&dst[0], &m.w[0], &m.padded[0], m.strips()/k, k, m.cols, whole)
	}
	productColumnsGeneric(dst, m, whole)
}

func dot(x, y []float32) float32 {
	switch {
	case len(x) == 0 || chosen == generic:
		return dotGeneric(x, y)
	case chosen == avx512:
		return addScaledDotAVX512(&x[0], 0, nil, &y[0], len(x))
	default:
		return addScaledDotAVX2(&x[0], 0, nil, &y[0], len(x))
	}
}

func addScaledDot(x []float32, factor float32, y, z []float32) float32 {
	switch {
	case len(x) == 0 || chosen == generic:
		return addScaledDotGeneric(x, factor, y, z)
	case chosen == avx512:
		return addScaledDotAVX512(&x[0], factor, &y[0], &z[0], len(x))
	default:
		return addScaledDotAVX2(&x[0], factor, &y[0], &z[0], len(x))
	}
}

func scaleVector(dst, x []float32, factor float32) {
	switch {
	case len(x) == 0 || chosen == generic:
		scaleVectorGeneric(dst, x, factor)
	case chosen == avx512:
		scaleVectorAVX512(&dst[0], &x[0], factor, len(x))
	default:
		scaleVectorAVX2(&dst[0], &x[0], factor, len(x))
	}
}

func subtractFlow(dst, x, slope, plus, minus []float32) {
	switch {
	case len(x) == 0 || chosen == generic:
		subtractFlowGeneric(dst, x, slope, plus, minus)
	case chosen == avx512:
		subtractFlowAVX512(&dst[0], &x[0], &slope[0], &plus[0], &minus[0], len(x))
	default:
		subtractFlowAVX2(&dst[0], &x[0], &slope[0], &plus[0], &minus[0], len(x))
	}
}

// eliminate takes n that is a multiple of 8 to the assembly.
func eliminate(a []float64, n, k int, inverse float64) {
	switch {
	case n%8 != 0 || chosen == generic:
		eliminateGeneric(a, n, k, inverse)
	case n == 64 && chosen == avx512:
		eliminate64AVX512(&a[0], k, inverse)
	case chosen == avx512:
		eliminateAVX512(&a[0], n, k, inverse)
	default:
		eliminateAVX2(&a[0], n, k, inverse)
	}
}

// round leaves what doesn't fill a register to the generic loop.
func round(dst []float32, x []float64) {
	const together = 8
	whole := len(x) / together * together
	switch {
	case whole == 0 || chosen == generic:
		whole = 0
	case chosen == avx512:
		roundAVX512(&dst[0], &x[0], whole)
	default:
		roundAVX2(&dst[0], &x[0], whole)
	}
	roundGeneric(dst[whole:], x[whole:])
}
