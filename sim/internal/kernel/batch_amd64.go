package kernel

// The shape of the batch kernels: a group is rows × 3 registers of lanes.
const (
	groupRowsAVX512 = 8
	groupRowsAVX2   = 4
	halfLanes       = Lanes / 2 // three registers of AVX2
)

func batchConvolve(b *Batch, c *Convolution) {
	l := &c.layers
	switch chosen {
	case avx512:
		for lane := 0; lane < Lanes; lane += 16 {
			batchConvolveAVX512(&b.y[lane], &b.re[lane], &c.table[0], &b.planes[0])
		}
		for n, begin := range l.begin {
			batchLayerAVX512(&b.y[begin*Lanes], &b.re[0], &l.source[n*stripRows], &l.weight[n*stripRows])
		}
	case avx2:
		for lane := 0; lane < Lanes; lane += 8 {
			batchConvolveAVX2(&b.y[lane], &b.re[lane], &c.table[0], &b.planes[0])
		}
		for n, begin := range l.begin {
			batchLayerAVX2(&b.y[begin*Lanes], &b.re[0], &l.source[n*stripRows], &l.weight[n*stripRows])
		}
	default:
		batchConvolveGeneric(b, c)
	}
}

func batchProduct(b *Batch, m *Panels) {
	_, stride := m.strip(0)
	switch chosen {
	case avx512:
		m.groups(groupRowsAVX512, func(row, begin int) {
			batchProductAVX512(&m.w[begin], &b.re[0], &b.y[row*Lanes], m.cols, stride)
		})
	case avx2:
		m.groups(groupRowsAVX2, func(row, begin int) {
			for lane := 0; lane < Lanes; lane += halfLanes {
				batchProductAVX2(&m.w[begin], &b.re[lane], &b.y[row*Lanes+lane], m.cols, stride)
			}
		})
	default:
		batchProductGeneric(b, m)
	}
}

func batchExcitatory(b *Batch, net *Network, c *Constants, scale []float32) {
	m := net.WEI
	_, stride := m.strip(0)
	switch chosen {
	case avx512:
		m.groups(groupRowsAVX512, func(row, begin int) {
			n := row * Lanes
			batchExcitatoryAVX512(&m.w[begin], &b.old[0], m.cols, stride, &b.sums[0], &b.re[n], &b.he[n], &b.x[n], &b.y[n], &scale[row],
				&b.largestE[0], &b.nan[0], c.KE, c.RMax)
		})
	case avx2:
		m.groups(groupRowsAVX2, func(row, begin int) {
			for lane := 0; lane < Lanes; lane += halfLanes {
				n := row*Lanes + lane
				batchExcitatoryAVX2(&m.w[begin], &b.old[lane], m.cols, stride, &b.sums[0], &b.re[n], &b.he[n], &b.x[n], &b.y[n], &scale[row],
					&b.largestE[lane], &b.nan[lane], c.KE, c.RMax)
			}
		})
	default:
		batchExcitatoryGeneric(b, net, c, scale)
	}
}

func batchInhibitory(b *Batch, net *Network, c *Constants) {
	m := net.WIE
	_, stride := m.strip(0)
	switch chosen {
	case avx512:
		m.groups(groupRowsAVX512, func(row, begin int) {
			inner, _ := net.WII.strip(row / stripRows)
			n := row * Lanes
			batchInhibitoryAVX512(&m.w[begin], &b.re[0], m.cols, stride, &net.WII.w[inner+row%stripRows], &b.old[0], net.WII.cols, &b.sums[0],
				&b.ri[n], &b.hi[n], &b.bg[row], &b.largestI[0], &b.nan[0], c.KI, c.RMax)
		})
	case avx2:
		m.groups(groupRowsAVX2, func(row, begin int) {
			inner, _ := net.WII.strip(row / stripRows)
			for lane := 0; lane < Lanes; lane += halfLanes {
				n := row*Lanes + lane
				batchInhibitoryAVX2(&m.w[begin], &b.re[lane], m.cols, stride, &net.WII.w[inner+row%stripRows], &b.old[lane], net.WII.cols, &b.sums[0],
					&b.ri[n], &b.hi[n], &b.bg[row], &b.largestI[lane], &b.nan[lane], c.KI, c.RMax)
			}
		})
	default:
		batchInhibitoryGeneric(b, net, c)
	}
}
