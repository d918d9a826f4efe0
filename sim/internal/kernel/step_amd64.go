package kernel

import "unsafe"

// The kernels of panels of 1 to 4 strips.
var (
	productsActiveAVX512 = [...]func(dst, w, x *float32, active *int32, n int){
		1: productActive1AVX512,
		productActive2AVX512,
		productActive3AVX512,
		productActive4AVX512,
	}
	productsActiveAVX2 = [...]func(dst, w, x *float32, active *int32, n int){
		1: productActive1AVX2,
		productActive2AVX2,
		productActive3AVX2,
		productActive4AVX2,
	}
	stepsAVX512      = [...]func(e *byte){1: stepExcitatory1AVX512, stepExcitatory2AVX512, stepExcitatory3AVX512, stepExcitatory4AVX512}
	stepsAVX2        = [...]func(e *byte){1: stepExcitatory1AVX2, stepExcitatory2AVX2, stepExcitatory3AVX2, stepExcitatory4AVX2}
	inhibitoryAVX512 = [...]func(i *byte){1: stepInhibitory1AVX512, stepInhibitory2AVX512, stepInhibitory3AVX512, stepInhibitory4AVX512}
	inhibitoryAVX2   = [...]func(i *byte){1: stepInhibitory1AVX2, stepInhibitory2AVX2, stepInhibitory3AVX2, stepInhibitory4AVX2}
)

func productActive(dst, w, x []float32, active []int32) {
	strips, list := len(dst)/stripRows, unsafe.SliceData(active)
	switch chosen {
	case avx512:
		productsActiveAVX512[strips](&dst[0], &w[0], &x[0], list, len(active))
	case avx2:
		productsActiveAVX2[strips](&dst[0], &w[0], &x[0], list, len(active))
	default:
		productActiveGeneric(dst, w, x, active)
	}
}

func stepExcitatory(e *excitatory) {
	switch chosen {
	case avx512:
		stepsAVX512[e.strips]((*byte)(unsafe.Pointer(e)))
	case avx2:
		stepsAVX2[e.strips]((*byte)(unsafe.Pointer(e)))
	default:
		stepExcitatoryGeneric(e)
	}
}

func stepInhibitory(i *inhibitory) {
	switch chosen {
	case avx512:
		inhibitoryAVX512[i.strips]((*byte)(unsafe.Pointer(i)))
	case avx2:
		inhibitoryAVX2[i.strips]((*byte)(unsafe.Pointer(i)))
	default:
		stepInhibitoryGeneric(i)
	}
}
