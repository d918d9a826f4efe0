package kernel

// mul is the loop of Matrix.Mul over packed weights.
func mul(dst, w []float32, cols int, index []int32, value []float32) {
	value = value[:len(index)]
	for row := 0; row < len(dst); row += lanes {
		block := w[row*cols : (row+lanes)*cols]
		var a0, a1, a2, a3, a4, a5, a6 float32
		for n, j := range index {
			q, x := (*[lanes]float32)(block[int(j)*lanes:]), value[n]
			a0 += float32(q[0] * x)
			a1 += float32(q[1] * x)
			a2 += float32(q[2] * x)
			a3 += float32(q[3] * x)
			a4 += float32(q[4] * x)
			a5 += float32(q[5] * x)
			a6 += float32(q[6] * x)
		}
		sums := [lanes]float32{a0, a1, a2, a3, a4, a5, a6}
		copy(dst[row:], sums[:])
	}
}

// mul64 is the loop of Matrix.Mul64 over packed weights.
func mul64(dst []float64, w []float32, cols int, x []float64) {
	for row := 0; row < len(dst); row += lanes {
		block := w[row*cols : (row+lanes)*cols]
		var a0, a1, a2, a3, a4, a5, a6 float64
		for j, x := range x {
			q := (*[lanes]float32)(block[j*lanes:])
			a0 += float64(float64(q[0]) * x)
			a1 += float64(float64(q[1]) * x)
			a2 += float64(float64(q[2]) * x)
			a3 += float64(float64(q[3]) * x)
			a4 += float64(float64(q[4]) * x)
			a5 += float64(float64(q[5]) * x)
			a6 += float64(float64(q[6]) * x)
		}
		sums := [lanes]float64{a0, a1, a2, a3, a4, a5, a6}
		copy(dst[row:], sums[:])
	}
}

// advance is the Euler step of one population (MODEL.md 4):
//
//	for n := range r {
//		d := k * (((drive[n] − minus[n]) + plus[n]) − r[n])
//		h[n] += d
//		r[n] = h[n] clipped to [0, rMax]; NaN stays NaN
//		if h[n] was not clipped, largest = max(largest, |d|)
//	}
//
// nan reports whether a d was NaN, which never counts in largest.
func advance(r, h, drive, minus, plus []float32, k, rMax float32) (largest float32, nan bool) {
	h, drive, minus, plus = h[:len(r)], drive[:len(r)], minus[:len(r)], plus[:len(r)]
	for n, rate := range r {
		d := float32(k * (drive[n] - minus[n] + plus[n] - rate))
		level := h[n] + d
		h[n] = level
		switch {
		case level < 0:
			r[n] = 0
		case level > rMax:
			r[n] = rMax
		default:
			r[n] = level
			if size := abs(d); size > largest {
				largest = size
			}
		}
		nan = nan || d != d
	}
	return largest, nan
}

// advanceInhibitory is advance for the I neurons, whose sum is written in
// another order: d = k·(((plus − minus) − r) + drive).
func advanceInhibitory(r, h, plus, minus []float32, k, rMax, drive float32) (largest float32, nan bool) {
	h, plus, minus = h[:len(r)], plus[:len(r)], minus[:len(r)]
	for n, rate := range r {
		d := float32(k * (plus[n] - minus[n] - rate + drive))
		level := h[n] + d
		h[n] = level
		switch {
		case level < 0:
			r[n] = 0
		case level > rMax:
			r[n] = rMax
		default:
			r[n] = level
			if size := abs(d); size > largest {
				largest = size
			}
		}
		nan = nan || d != d
	}
	return largest, nan
}

func abs(x float32) float32 {
	if x < 0 {
		return -x
	}
	return x
}
