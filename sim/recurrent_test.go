package sim

import (
	"math"
	"slices"
	"testing"

	"eisweep/sim/internal/nprandom"
)

func recurrent(t *testing.T, p *Parameters) []float32 {
	t.Helper()
	wee, _, err := recurrentExcitation(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return wee
}

func connected(w []float32) int {
	n := 0
	for _, w := range w {
		if w > 0 {
			n++
		}
	}
	return n
}

// TestRecurrentExcitationHasThePublishedSynapses compares with the golden wee:
// the number of synapses, and, since ties fall otherwise there, the sorted
// entries of all rows, each divided by its row's largest.
func TestRecurrentExcitationHasThePublishedSynapses(t *testing.T) {
	for _, g := range goldenCases(t) {
		if g.task.Experiment == Perturb {
			continue
		}
		p := &g.task.Parameters
		got, want := recurrent(t, p), g.task.Initial.WEE
		if connected(got) != connected(want) {
			t.Errorf("%s: %d synapses, want %d", g.name, connected(got), connected(want))
		}
		a, b := byRow(got, p.NE()), byRow(want, p.NE())
		for n := range a {
			if math.Abs(a[n]-b[n]) > 2e-4 {
				t.Errorf("%s: value %d of the ranking is %v, want %v", g.name, n, a[n], b[n])
				break
			}
		}
	}
}

// byRow are all entries divided by their row's largest, sorted.
func byRow(w []float32, n int) []float64 {
	var out []float64
	for i := range n {
		row := w[i*n : (i+1)*n]
		most := max(slices.Max(row), 1e-30)
		for _, w := range row {
			out = append(out, float64(w/most))
		}
	}
	slices.Sort(out)
	return out
}

// TestRecurrentExcitationIsACircularPattern: at the published size displacement
// alone decides for all but one displacement, whose row numbers are cut once.
func TestRecurrentExcitationIsACircularPattern(t *testing.T) {
	p := Defaults(Approximate)
	wee, nE := recurrent(t, &p), p.NE()
	rank := newRanking(p.Ng.Exc.NPerAxis, inputCorrelations(&p))
	rows := make([][]int, nE) // of each displacement, ascending
	for post := range nE {
		for pre := range nE {
			if wee[post*nE+pre] > 0 {
				d := rank.displacement(post, pre)
				rows[d] = append(rows[d], post)
			}
		}
	}
	full, partial := 0, 0
	for d, posts := range rows {
		switch {
		case len(posts) == nE:
			full++
		case len(posts) > 0:
			partial++
			if at := stimulusAt(d, 8); at != [3]int{2, 4, 7} || posts[0] != 409 || len(posts) != nE-409 {
				t.Errorf("displacement %v is partial, from row %d on in %d rows; want (2, 4, 7) in those from 409 on", at, posts[0], len(posts))
			}
		}
	}
	if full != 306 || partial != 1 {
		t.Errorf("%d full and %d partial displacements, want 306 and 1", full, partial)
	}
	fewest, most := nE, 0
	for post := range nE {
		n := connected(wee[post*nE : (post+1)*nE])
		fewest, most = min(fewest, n), max(most, n)
	}
	if most-fewest > 1 {
		t.Errorf("rows have %d to %d synapses", fewest, most)
	}
}

// TestCorrelationsFactorise compares the product of axis moments with Pearson's
// correlation computed from all stimuli.
func TestCorrelationsFactorise(t *testing.T) {
	for _, size := range [][2]int{{2, 3}, {3, 5}, {4, 6}, {5, 4}, {4, 1}, {4, 2}} {
		p := Defaults(Approximate)
		p.Ng.Exc.NPerAxis, p.Inp.NStimuli = size[0], size[1]
		rank := newRanking(size[0], inputCorrelations(&p))
		x := tuningProducts(&p)
		for i := range x {
			for j := range x {
				got := float64(rank.correlations.of(rank.place[i], rank.place[j], rank.sd[i], rank.sd[j])) * 1e-9
				if want := pearson(x[i], x[j]); math.Abs(got-want) > 1e-9 {
					t.Fatalf("%v: neurons %d and %d correlate by %v, want %v", size, i, j, got, want)
				}
			}
		}
	}
}

// tuningProducts are the afferents of each neuron over all stimuli, in float64.
func tuningProducts(p *Parameters) [][]float64 {
	n, s := p.Ng.Exc.NPerAxis, p.Inp.NStimuli
	f := axisTuning(n, s, float64(p.Inp.VonmisesKappa)/4)
	var out [][]float64
	for neuron := range n * n * n {
		g := stimulusAt(neuron, n)
		var x []float64
		for stimulus := range s * s * s {
			at := stimulusAt(stimulus, s)
			x = append(x, 5+50*f[g[1]*s+at[0]]*f[g[0]*s+at[1]]*f[g[2]*s+at[2]])
		}
		out = append(out, x)
	}
	return out
}

// pearson is the correlation, 0 where one side varies by rounding only.
func pearson(x, y []float64) float64 {
	mx, my := sumOf(x)/float64(len(x)), sumOf(y)/float64(len(y))
	var xy, xx, yy float64
	for n := range x {
		xy += (x[n] - mx) * (y[n] - my)
		xx += (x[n] - mx) * (x[n] - mx)
		yy += (y[n] - my) * (y[n] - my)
	}
	if xx < 1e-20 || yy < 1e-20 {
		return 0
	}
	return xy / math.Sqrt(xx*yy)
}

func sumOf(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v
	}
	return s
}

func TestSmallestIsTheSortedKey(t *testing.T) {
	r := nprandom.New(3)
	keys := make([]uint64, 5000)
	for n := range keys {
		keys[n] = uint64(50*r.Double())<<24 | uint64(n)
	}
	sorted := slices.Sorted(slices.Values(keys))
	for _, n := range []int64{0, 1, 2500, 4999} {
		got, err := smallest(t.Context(), keys, n)
		if err != nil || got != sorted[n] {
			t.Errorf("rank %d is %d, %v, want %d", n, got, err, sorted[n])
		}
	}
}

func TestNoRecurrentExcitation(t *testing.T) {
	for _, change := range []func(*Parameters){
		func(p *Parameters) { p.Sy.E2E.WTotal = 0 },
		func(p *Parameters) { p.Inp.Exc.PeakStimulus = 0 }, // nothing correlates
		func(p *Parameters) { p.Inp.NStimuli = 1 },
		func(p *Parameters) { p.Inp.NStimuli = 3 }, // every stimulus reaches one neuron: all correlate alike
	} {
		p := Defaults(Approximate)
		p.Ng.Exc.NPerAxis, p.Inp.NStimuli = 3, 4
		change(&p)
		if n := connected(recurrent(t, &p)); n != 0 {
			t.Errorf("%d synapses, want none", n)
		}
	}
}
