package kernel

import "unsafe"

// alignment is a cache line and the widest register.
const alignment = 64

// aligned returns n zeros that begin at a multiple of 64 bytes.
func aligned[T int32 | uint32 | float32 | float64](n int) []T {
	var zero T
	size := int(unsafe.Sizeof(zero))
	x := make([]T, n+alignment/size)
	skip := 0
	if at := int(uintptr(unsafe.Pointer(unsafe.SliceData(x))) % alignment); at != 0 {
		skip = (alignment - at) / size
	}
	return x[skip : skip+n : skip+n]
}
