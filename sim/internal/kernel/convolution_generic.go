package kernel

// convolveGeneric is the convolution by the spectrum in table: a transform of 8
// real values on the first axis, of 8 complex ones on the second and third, the
// multipliers, and the way back. Planes 0 and 4 of the first axis, which are real,
// make one complex plane.
func convolveGeneric(dst, x, table []float32, scratch *Scratch) {
	planes := (*[gridSize]float32)(scratch.planes)
	for n := range side * side {
		forwardReal(planes, n, x[n:])
	}
	for plane := range side / 2 {
		re, im := planes[plane*2*side*side:][:side*side], planes[plane*2*side*side+side*side:][:side*side]
		for n := range side {
			transformGeneric(im[n:], re[n:], side) // parts exchanged: e^{+2πi kn/8}
		}
		for n := range side {
			transformGeneric(im[n*side:], re[n*side:], 1)
		}
		multiply(re, im, table, plane)
		for n := range side {
			transformGeneric(re[n*side:], im[n*side:], 1)
		}
		for n := range side {
			transformGeneric(re[n:], im[n:], side)
		}
	}
	for n := range side * side {
		backwardReal(dst[n:], planes, n)
	}
}

// planeStep is from one part of a plane of the first axis to the next: the real part
// of plane p begins at 2p·planeStep, the imaginary one follows.
const planeStep = side * side

// forwardReal transforms column n of the first axis, e^{+2πi kn/8}.
func forwardReal(planes *[gridSize]float32, n int, x []float32) {
	at := func(a int) float32 { return x[a*planeStep] }
	s0, s1, s2, s3 := at(0)+at(4), at(1)+at(5), at(2)+at(6), at(3)+at(7)
	d0, d1, d2, d3 := at(0)-at(4), at(1)-at(5), at(2)-at(6), at(3)-at(7)
	t0, t2 := s0+s2, s1+s3
	p, q := d1-d3, d1+d3
	for k, v := range [side]float32{t0 + t2, t0 - t2, fma(eighth, p, d0), fma(eighth, q, d2), s0 - s2, s1 - s3,
		fma(-eighth, p, d0), fma(eighth, q, -d2)} {
		planes[k*planeStep+n] = v
	}
}

// backwardReal is the reverse of forwardReal, e^{−2πi kn/8}, times 8; planes 1 to
// 3 hold what they and their mirrors add.
func backwardReal(dst []float32, planes *[gridSize]float32, n int) {
	at := func(k int) float32 { return planes[k*planeStep+n] }
	t0, t1 := at(0)+at(1), at(0)-at(1)
	r1, i1, r2, i2, r3, i3 := at(2), at(3), at(4), at(5), at(6), at(7)
	s0, s2, s1, s3 := t0+r2, t0-r2, t1+i2, t1-i2
	d0, d2, e, f := r1+r3, i1-i3, r1-r3, i1+i3
	p, q := f+e, f-e
	for a, v := range [side]float32{s0 + d0, fma(eighth, p, s1), s2 + d2, fma(eighth, q, s3),
		s0 - d0, fma(-eighth, p, s1), s2 - d2, fma(-eighth, q, s3)} {
		dst[a*planeStep] = v
	}
}

// transformGeneric replaces 8 complex values, stride apart, by their transform,
// e^{−2πi kn/8}. With the parts exchanged it is the one with e^{+2πi kn/8}.
func transformGeneric(re, im []float32, stride int) {
	var s, d [4][2]float32
	for n := range s {
		a, b := n*stride, (n+4)*stride
		s[n] = [2]float32{re[a] + re[b], im[a] + im[b]}
		d[n] = [2]float32{re[a] - re[b], im[a] - im[b]}
	}
	set := func(k int, r, i float32) { re[k*stride], im[k*stride] = r, i }
	t0r, t0i, t1r, t1i := s[0][0]+s[2][0], s[0][1]+s[2][1], s[0][0]-s[2][0], s[0][1]-s[2][1]
	t2r, t2i, t3r, t3i := s[1][0]+s[3][0], s[1][1]+s[3][1], s[1][0]-s[3][0], s[1][1]-s[3][1]
	set(0, t0r+t2r, t0i+t2i)
	set(4, t0r-t2r, t0i-t2i)
	set(2, t1r+t3i, t1i-t3r)
	set(6, t1r-t3i, t1i+t3r)
	er, ei, fr, fi := d[0][0]+d[2][1], d[0][1]-d[2][0], d[1][0]+d[3][1], d[1][1]-d[3][0]
	p, q := fr+fi, fi-fr
	set(1, fma(eighth, p, er), fma(eighth, q, ei))
	set(5, fma(-eighth, p, er), fma(-eighth, q, ei))
	gr, gi, hr, hi := d[0][0]-d[2][1], d[0][1]+d[2][0], d[1][0]-d[3][1], d[1][1]+d[3][0]
	u, v := hi-hr, hi+hr
	set(3, fma(eighth, u, gr), fma(-eighth, v, gi))
	set(7, fma(-eighth, u, gr), fma(eighth, v, gi))
}

// multiply multiplies a plane of frequencies by its multipliers w, and adds to
// plane 0 the mirrored conjugate's product with the second ones, v:
//
//	y.re = fma(−w.im, x.im, w.re·x.re), y.im = fma(w.im, x.re, w.re·x.im)
//	y.re = fma(v.im, m.im, fma(v.re, m.re, y.re))
//	y.im = fma(−v.re, m.im, fma(v.im, m.re, y.im)), m = x at −k
func multiply(re, im, table []float32, plane int) {
	var mirrored [2][planeStep]float32
	if plane == 0 {
		for n := range planeStep {
			m := (side-n/side)%side*side + (side-n%side)%side
			mirrored[0][n], mirrored[1][n] = re[m], im[m]
		}
	}
	for n := range planeStep {
		kb, kc := n/side, n%side
		w := table[tableAt(plane, kb, kc):]
		wr, wi, xr, xi := w[0], w[2*side], re[n], im[n]
		yr, yi := fma(-wi, xi, float32(wr*xr)), fma(wi, xr, float32(wr*xi))
		if plane == 0 {
			v := table[mirrorPart+kc*2*side+kb:]
			vr, vi, mr, mi := v[0], v[side], mirrored[0][n], mirrored[1][n]
			yr = fma(vi, mi, fma(vr, mr, yr))
			yi = fma(-vr, mi, fma(vi, mr, yi))
		}
		re[n], im[n] = yr, yi
	}
}
