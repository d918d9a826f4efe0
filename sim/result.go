package sim

// Result is what a finished task computed. Exactly one of Training and
// Perturbation is set. Slices are row-major with the shapes of docs/result-files.md, given
// in brackets; s = inp.n_stimuli. The receiver must not change them.
type Result struct {
	Task         *Task
	Log          []string // the task's log, a line each, without times
	Training     *TrainingResult
	Perturbation *PerturbationResult
}

// TrainingResult is the result of APPROXIMATE and GRADIENT.
type TrainingResult struct {
	Trials int // rows of StepsToConverge: n_trials; 1 for NEITHER
	Layers int // of CorrelationsEE: phases + 1

	// Raw data.
	StepsToConverge []int32   // (trials, s³); −1 where not reached
	MaxInhSynChange []float32 // (max(1, every_n − 1), 2), of the last phase; NaN where not reached
	RecordingRE     []float32 // (n_e, max_steps)
	RecordingRI     []float32 // (n_i, max_steps)
	RecordingMu     []float32 // (n_trials·s³, 4, 2); (1, 4, 2) for NEITHER
	AnglesIE        []float32 // (n_trials·s³), radians; nil where not measured
	AnglesEI        []float32 // (n_trials·s³), radians; nil where not measured
	Converged       bool      // whether the last stimulus trained settled

	// Computed.
	ResponsesExc   []float32 // (s, s, s, n_e)
	ResponsesInh   []float32 // (s, s, s, n_i)
	ExcIn          []float32 // (s, s, s, n_e)
	InhIn          []float32 // (s, s, s, n_e)
	ResponseSim    []float64 // (n_e, n_i)
	ResponseSimEE  []float64 // (n_e, n_e)
	CC             []float32 // (n_e)
	CP             []float32 // (n_e)
	OsiE           []float32 // (n_e)
	OsiI           []float32 // (n_i)
	CorrelationsEE []float64 // (n_e, n_e, layers)

	// State of the simulation.
	WEE, WEI, WIE, WII []float32
	WEIInit, WIEInit   []float32
	ZEI, ZIE           []float32 // 1 where a synapse was drawn
	StimulusPref       []float32 // (n_e, 3)
	Afferents          []float32 // (s, s, s, n_e)
	EIMin, IEMin       float64
}

// PerturbationResult is the result of PERTURB.
type PerturbationResult struct {
	Perturbed  []int64   // (n_perturbed): the neurons pushed, in order
	RateChange []float32 // (n_perturbed, 1, s, s, s, n_e); nil where the task's Spool has it
	// all_correlations has RateChange's shape and, for pushed neuron n and any
	// stimulus, the float32 of the row of CorrelationsEE of Perturbed[n].

	ResponsesExc    []float32 // (s, s, s, n_e): unpushed, settled to perturb.max_dr
	ResponseSimEE   []float64 // (n_e, n_e): the source's
	CorrelationsEE  []float64 // (n_e, n_e): the source's
	CorrelationBins []float64 // (9): centres
	CorrelationMean []float64 // (9)
	CorrelationSem  []float64 // (9)
	OriginalBins    []float64 // (10): edges

	WEE, WEI, WIE, WII []float32 // the source's
}
