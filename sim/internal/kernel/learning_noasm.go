//go:build !amd64

package kernel

func descend(s *strip)                                 { descendGeneric(s) }
func adam(s *strip)                                    { adamGeneric(s) }
func scale(s *strip)                                   { scaleGeneric(s) }
func logistic(dst, x []float32)                        { logisticGeneric(dst, x) }
func product(dst []float32, m *Panels, x []float32)    { productGeneric(dst, m, x) }
func productTransposed(dst []float32, m *Panels)       { productColumnsGeneric(dst, m, 0) }
func dot(x, y []float32) float32                       { return dotGeneric(x, y) }
func scaleVector(dst, x []float32, factor float32)     { scaleVectorGeneric(dst, x, factor) }
func eliminate(a []float64, n, k int, inverse float64) { eliminateGeneric(a, n, k, inverse) }
func round(dst []float32, x []float64)                 { roundGeneric(dst, x) }

func addScaledDot(x []float32, factor float32, y, z []float32) float32 {
	return addScaledDotGeneric(x, factor, y, z)
}

func subtractFlow(dst, x, slope, plus, minus []float32) {
	subtractFlowGeneric(dst, x, slope, plus, minus)
}
