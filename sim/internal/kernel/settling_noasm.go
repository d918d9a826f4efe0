//go:build !amd64

package kernel

func convolve(dst, x, table []float32, scratch *Scratch) { convolveGeneric(dst, x, table, scratch) }

func addLayers(dst, x []float32, l *layers) { addLayersGeneric(dst, x, l) }

func productActive(dst, w, x []float32, active []int32) { productActiveGeneric(dst, w, x, active) }

func stepExcitatory(e *excitatory) { stepExcitatoryGeneric(e) }

func stepInhibitory(i *inhibitory) { stepInhibitoryGeneric(i) }
