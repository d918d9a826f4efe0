package kernel

func productActive(dst, w, x []float32, active []int32) { productActiveGeneric(dst, w, x, active) }
