package sim

// Task is everything that a result depends on, and what a simulation may use to compute it.
type Task struct {
	Experiment Experiment
	Seed       uint32
	Parameters Parameters
	Initial    InitialState // training: weights that are not drawn
	Source     *Source      // PERTURB: the trained network

	// Cache keeps what tasks with the same inputs have in common; nil keeps nothing. The
	// result doesn't depend on it.
	Cache *Cache
	// Spool keeps the rate changes of a PERTURB instead of its result: from offset 0 on, as
	// little-endian float32. Without it (nil) they are held in memory, of which they take
	// the largest part by far.
	Spool Spool
	// Cores lends cores; nil lends none, so only the caller's is used. The result doesn't
	// depend on it.
	Cores CoreLender
}

// InitialState holds the weights that a training starts from instead of those
// that the seed draws; nil members are drawn. The generator draws all the same, so
// giving one matrix leaves the others unchanged.
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
