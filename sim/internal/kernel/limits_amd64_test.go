package kernel

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

// clock is the cycles of a nanosecond, by additions that wait for each other: one a
// cycle.
var clock = sync.OnceValue(func() float64 {
	const rounds, additions = 1 << 20, 12
	best := time.Hour
	for range 10 {
		begin := time.Now()
		clockLimitAVX2(rounds)
		best = min(best, time.Since(begin))
	}
	return rounds * additions / float64(best.Nanoseconds())
})

// perCycle reports what a call comes to: operations (a fused multiplication is two),
// and bytes read and written, by cycle. BenchmarkMachine says what there is.
func perCycle(b *testing.B, operations, bytes float64) {
	b.Helper()
	cycles := float64(b.Elapsed().Nanoseconds()) / float64(b.N) * clock()
	if operations > 0 {
		b.ReportMetric(operations/cycles, "flop/cycle")
	}
	if bytes > 0 {
		b.ReportMetric(bytes/cycles, "B/cycle")
	}
}

// BenchmarkMachine measures the limits that kernels run against: fused
// multiplications of registers, and reading from where so many KiB fit.
func BenchmarkMachine(b *testing.B) {
	limits := map[variant]struct {
		multiply func(n int)
		read     func(x *float32, n int)
		lanes    float64
	}{avx2: {multiplyLimitAVX2, readLimitAVX2, 8}, avx512: {multiplyLimitAVX512, readLimitAVX512, 16}}
	for _, v := range variants() {
		limit := limits[v]
		b.Run(fmt.Sprint("multiply/", v), func(b *testing.B) {
			const rounds = 1000
			for b.Loop() {
				limit.multiply(rounds)
			}
			perCycle(b, rounds*12*2*limit.lanes, 0)
		})
		for _, size := range []int{24, 512, 8 << 10, 256 << 10} {
			b.Run(fmt.Sprintf("read %d KiB/%v", size, v), func(b *testing.B) {
				x := aligned[float32](size << 8)
				fill(x, 1)
				for b.Loop() {
					limit.read(&x[0], size*2)
				}
				perCycle(b, 0, float64(size<<10))
			})
		}
	}
	b.Logf("%.2f cycles a nanosecond", clock())
}
