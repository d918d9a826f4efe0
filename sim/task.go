package sim

// Task is everything that a result depends on, and what it may share with others.
type Task struct {
	Experiment Experiment
	Seed       uint32
	Parameters Parameters
	Initial    InitialState // training: weights that are not drawn
	Source     *Source      // PERTURB: the trained network

	// Shared keeps what tasks with the same inputs have in common; nil: nothing. The
	// result doesn't depend on it.
	Shared *Shared
	// Spool keeps the rate changes of a PERTURB in place of its result: from 0 on,
	// float32 in little-endian order. nil: they are held in memory, where they are the
	// largest part by far.
	Spool Spool
	// Spare lends cores; nil: there is none but the caller's. The result doesn't depend
	// on it.
	Spare Spare
}

// InitialState holds the weights that a training starts from instead of those
// that the seed draws; nil members are drawn. The generator draws all the same,
// so giving one matrix leaves every other as it was.
type InitialState struct {
	WEE []float32 // (n_e, n_e)
	WEI []float32 // (n_e, n_i)
	WIE []float32 // (n_i, n_e)
	WII []float32 // (n_i, n_i)
}

// Source is the trained network that PERTURB pushes (docs/model.md#perturb).
type Source struct {
	WEE []float32 // (n_e, n_e)
	WEI []float32 // (n_e, n_i)
	WIE []float32 // (n_i, n_e)
	WII []float32 // (n_i, n_i)

	CorrelationsEE []float64 // (n_e, n_e): the last layer of the source's correlations_ee
	ResponseSimEE  []float64 // (n_e, n_e)
}
