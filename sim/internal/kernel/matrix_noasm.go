//go:build !amd64

package kernel

func multiplyListed(dst, w, x []float32, active []int32) { multiplyListedGeneric(dst, w, x, active) }
