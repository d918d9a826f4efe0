//go:build !amd64

package kernel

func convolve(dst, x, table []float32, scratch *Scratch) { convolveGeneric(dst, x, table, scratch) }

func addLayers(dst, x []float32, l *layers) { addLayersGeneric(dst, x, l) }

func productActive(dst, w, x []float32, active []int32) { productActiveGeneric(dst, w, x, active) }

func stepExcitatory(e *excitatory) { stepExcitatoryGeneric(e) }

func stepInhibitory(i *inhibitory) { stepInhibitoryGeneric(i) }

func batchConvolve(b *Batch, c *Convolution) { batchConvolveGeneric(b, c) }

func batchProduct(b *Batch, m *Panels) { batchProductGeneric(b, m) }

func batchExcitatory(b *Batch, net *Network, c *Constants, scale []float32) {
	batchExcitatoryGeneric(b, net, c, scale)
}

func batchInhibitory(b *Batch, net *Network, c *Constants) { batchInhibitoryGeneric(b, net, c) }
