package kernel

func descend(s *strip)                                  { descendGeneric(s) }
func adam(s *strip)                                     { adamGeneric(s) }
func scale(s *strip)                                    { scaleGeneric(s) }
func logistic(dst, x []float32)                         { logisticGeneric(dst, x) }
func product(dst, w []float32, stride int, x []float32) { productGeneric(dst, w, stride, x) }
func productTransposed(dst []float32, m *Panels)        { productTransposedGeneric(dst, m) }
func dot(x, y []float32) float32                        { return dotGeneric(x, y) }
func addScaledDot(x []float32, f float32, y, z []float32) float32 {
	return addScaledDotGeneric(x, f, y, z)
}
func scaleVector(dst, x []float32, f float32) { scaleVectorGeneric(dst, x, f) }
func subtractFlow(dst, x, slope, plus, minus []float32) {
	subtractFlowGeneric(dst, x, slope, plus, minus)
}
func eliminate(a []float64, n, k int) { eliminateGeneric(a, n, k) }
