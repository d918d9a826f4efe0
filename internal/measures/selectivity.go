package measures

// selectivity is about the orientation selectivity of neurons, osi.
var selectivity = []group{
	{[]Measure{
		{"osi_e_median", "1", "median of osi_e over the E neurons", "computed/osi_e"},
		{"osi_e_mean", "1", "mean of osi_e over the E neurons", "computed/osi_e"},
	}, func(n *network) ([]float64, error) {
		osi, err := n.Float64s("/computed/osi_e", n.ne)
		return []float64{median(osi), mean(osi)}, err
	}},
	{[]Measure{
		{"osi_i_median", "1", "median of osi_i over the I neurons", "computed/osi_i"},
		{"osi_i_mean", "1", "mean of osi_i over the I neurons", "computed/osi_i"},
	}, func(n *network) ([]float64, error) {
		osi, err := n.Float64s("/computed/osi_i", n.ni)
		return []float64{median(osi), mean(osi)}, err
	}},
}
