package table

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Confidence is the confidence level of all intervals.
const Confidence = 0.95

// Resamples is how many resamples a bootstrap draws.
const Resamples = 9999

// Interval is a confidence interval of a mean; both ends are NaN for fewer than two values.
type Interval struct{ Low, High float64 }

var none = Interval{math.NaN(), math.NaN()}

// Summary describes a sample.
type Summary struct {
	N         int
	Mean      float64  // NaN without values
	SD        float64  // with n − 1 in the denominator; NaN for fewer than two values
	Student   Interval // mean ± t(n − 1)·sd/√n
	Bootstrap Interval // bias-corrected and accelerated (BCa; Efron 1987)
}

// Summarize describes the values that are numbers. Their order does not matter, and they are not changed.
func Summarize(values []float64) Summary {
	s, x := describe(values)
	if s.N > 1 {
		s.Bootstrap = bootstrap(x)
	}
	return s
}

// Describe is Summarize without the bootstrap, which takes nearly all of its time.
func Describe(values []float64) Summary {
	s, _ := describe(values)
	return s
}

// describe also returns the values that are numbers, sorted.
func describe(values []float64) (s Summary, x []float64) {
	x = slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	slices.Sort(x)
	s = Summary{N: len(x), Mean: mean(x), SD: math.NaN(), Student: none, Bootstrap: none}
	if s.N > 1 {
		s.SD = stat.StdDev(x, nil)
		s.Student = student(s.N, s.Mean, s.SD)
	}
	return s, x
}

// mean is NaN without values.
func mean(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	return stat.Mean(x, nil)
}

func student(n int, mean, sd float64) Interval {
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(n - 1)}.Quantile((1 + Confidence) / 2)
	half := t * sd / math.Sqrt(float64(n))
	return Interval{mean - half, mean + half}
}

// bootstrap is the BCa interval of the mean of sorted values. Its random seed is fixed.
func bootstrap(x []float64) Interval {
	if x[0] == x[len(x)-1] {
		return Interval{x[0], x[0]} // resampling changes nothing
	}
	if math.IsInf(x[0], 0) || math.IsInf(x[len(x)-1], 0) {
		return none
	}
	means := resampledMeans(x)
	observed := mean(x)
	below := 0.0
	for _, m := range means {
		if m < observed {
			below++
		} else if m == observed {
			below += 0.5
		}
	}
	if below == 0 || below == Resamples {
		return none
	}
	bias, a := distuv.UnitNormal.Quantile(below/Resamples), acceleration(x, observed)
	end := func(tail float64) float64 {
		z := bias + distuv.UnitNormal.Quantile(tail)
		return percentile(means, distuv.UnitNormal.CDF(bias+z/(1-a*z)))
	}
	return Interval{end((1 - Confidence) / 2), end((1 + Confidence) / 2)}
}

// acceleration is the skewness of the jackknife's means.
func acceleration(x []float64, mean float64) float64 {
	var square, cube float64
	for _, v := range x {
		d := (v - mean) / float64(len(x)-1) // the jackknife's mean minus the mean without v
		square += float64(d * d)
		cube += float64(d * d * d)
	}
	return cube / (6 * math.Pow(square, 1.5))
}

// resampledMeans returns the means of Resamples samples of the values, drawn with replacement.
func resampledMeans(x []float64) []float64 {
	random := rand.NewPCG(0x65697377, 0x65657031)
	n := uint64(len(x))
	means := make([]float64, Resamples)
	for i := range means {
		total := 0.0
		for range x {
			at, _ := bits.Mul64(random.Uint64(), n)
			total += x[at]
		}
		means[i] = total / float64(n)
	}
	return means
}

// percentile interpolates linearly between the order statistics of x, which it reorders.
func percentile(x []float64, p float64) float64 {
	at := p * float64(len(x)-1)
	k := min(int(at), len(x)-2)
	low := orderStatistic(x, k)
	high := slices.Min(x[k+1:])
	return low + float64((at-float64(k))*(high-low))
}

// orderStatistic returns the k-th smallest value, and reorders x so that none before it is larger and none after it smaller: a whole
// sort takes ten times as long (Hoare's selection).
func orderStatistic(x []float64, k int) float64 {
	for low, high := 0, len(x)-1; low < high; {
		pivot := x[(low+high)/2]
		i, j := low, high
		for i <= j {
			for x[i] < pivot {
				i++
			}
			for x[j] > pivot {
				j--
			}
			if i <= j {
				x[i], x[j] = x[j], x[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case k <= j:
			high = j
		case k >= i:
			low = i
		default:
			return x[k]
		}
	}
	return x[k]
}
