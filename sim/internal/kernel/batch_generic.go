package kernel

// batchConvolveGeneric convolves lane by lane.
func batchConvolveGeneric(b *Batch, c *Convolution) {
	for lane := range Lanes {
		for n := range b.lane {
			b.lane[n] = b.re[n*Lanes+lane]
		}
		convolveGeneric(b.lane2, b.lane, c.table, b.scratch)
		addLayersGeneric(b.lane2, b.lane, &c.layers)
		for n, y := range b.lane2 {
			b.y[n*Lanes+lane] = y
		}
	}
}

// chain adds a row's products to sums, one a lane, ascending.
func chain(sums *[Lanes]float32, m *Panels, row int, x []float32, sign float32) {
	begin, stride := m.strip(row / stripRows)
	for j := range m.cols {
		w := float32(sign * m.w[begin+j*stride+row%stripRows])
		for lane, v := range x[j*Lanes : (j+1)*Lanes] {
			sums[lane] = fma(w, v, sums[lane])
		}
	}
}

func batchProductGeneric(b *Batch, m *Panels) {
	for row := range m.strips() * stripRows {
		var sums [Lanes]float32
		chain(&sums, m, row, b.re, 1)
		copy(b.y[row*Lanes:], sums[:])
	}
}

func batchExcitatoryGeneric(b *Batch, net *Network, c *Constants, scale []float32) {
	for row := range net.WEI.strips() * stripRows {
		var sums [Lanes]float32
		chain(&sums, net.WEI, row, b.old, 1)
		for lane, sum := range sums {
			n := row*Lanes + lane
			d := float32(c.KE * (fma(scale[row], b.y[n], b.x[n]-sum) - b.re[n]))
			b.re[n] = level(&b.he[n], d, c.RMax, &b.largestE[lane], &b.nan[lane])
		}
	}
}

func batchInhibitoryGeneric(b *Batch, net *Network, c *Constants) {
	for row := range net.WIE.strips() * stripRows {
		var sums [Lanes]float32
		chain(&sums, net.WIE, row, b.re, 1)
		chain(&sums, net.WII, row, b.old, -1)
		for lane, sum := range sums {
			n := row*Lanes + lane
			d := float32(c.KI * (sum - b.ri[n] + b.bg[row]))
			b.ri[n] = level(&b.hi[n], d, c.RMax, &b.largestI[lane], &b.nan[lane])
		}
	}
}
