package kernel

// stepExcitatoryGeneric is State.Step for E neurons.
func stepExcitatoryGeneric(e *excitatory) {
	var sums [4 * stripRows]float32
	rows := e.strips * stripRows
	for first := 0; first < e.panels*rows; first += rows {
		inhibition := sums[:rows]
		clear(inhibition)
		for j := range e.cols {
			addColumn(inhibition, e.w[first*e.cols+j*rows:], e.input[j])
		}
		for lane, sum := range inhibition {
			n := first + lane
			d := float32(e.k * (fma(e.scale[n], e.y[n], e.x[n]-sum) - e.r[n]))
			e.r[n] = level(&e.h[n], d, e.rMax, &e.largest, &e.nan)
			if e.r[n] != 0 {
				e.index[e.active] = int32(n)
				e.active++
			}
		}
	}
}

// stepInhibitoryGeneric is State.Step for I neurons.
func stepInhibitoryGeneric(i *inhibitory) {
	var sums [4 * stripRows]float32
	rows := i.strips * stripRows
	for first := 0; first < i.panels*rows; first += rows {
		drive := sums[:rows]
		clear(drive)
		if i.active < 0 {
			for j := range i.nE {
				addColumn(drive, i.wie[first*i.nE+j*rows:], i.re[j])
			}
		} else {
			for _, j := range i.index[:i.active] {
				addColumn(drive, i.wie[first*i.nE+int(j)*rows:], i.re[j])
			}
		}
		for j := range i.nI {
			addColumn(drive, i.wii[first*i.nI+j*rows:], -i.input[j])
		}
		for lane, sum := range drive {
			n := first + lane
			d := float32(i.k * (sum - i.r[n] + i.bg[n]))
			i.r[n] = level(&i.h[n], d, i.rMax, &i.largest, &i.nan)
		}
	}
}

// level moves h by d and returns the rate there; largest and nan are kept.
func level(h *float32, d, rMax float32, largest *float32, nan *uint32) float32 {
	*h += d
	switch {
	case *h < 0:
		return 0
	case *h > rMax:
		return rMax
	case *h != *h:
		*nan = 1
	case abs(d) > *largest:
		*largest = abs(d)
	}
	return *h
}

func abs(x float32) float32 {
	if x < 0 {
		return -x
	}
	return x
}
