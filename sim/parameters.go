package sim

// Parameters is the published parameter tree, fully resolved. Field comments
// are in the parameter table (parameter_table.go), which also knows units,
// ranges and meanings. Reals are float32, as the model rounds them when they
// are set; what is derived from them is computed in float64.
type Parameters struct {
	Numint  Integration
	Ng      NeuronGroups
	Sy      Synapses
	Pl      Plasticity
	Inp     Stimuli
	Perturb Perturbation
}

// Integration is numint: the Euler integration and the length of the training.
type Integration struct {
	Dt       float32
	MaxDr    float32
	MaxSteps int
	DoAbort  bool
	NTrials  int
	EveryN   int
}

// NeuronGroups is ng: the two populations.
type NeuronGroups struct {
	ND   int
	RMax float32
	Exc  struct {
		TauM     float32
		NPerAxis int
	}
	Inh struct {
		TauM float32
	}
}

// Synapses is sy: the connections and their random weights.
type Synapses struct {
	WDist        string
	LognormSigma float32
	E2E          Connection
	E2I          Connection
	I2I          Connection
	I2E          Connection
}

// Connection is one pathway; x2y goes from x onto y.
type Connection struct {
	WTotal float32
	P      float32
	WMin   float32 // e2i and i2e only; reported, without effect on the model
}

// Plasticity is pl: which weights learn, and how.
type Plasticity struct {
	Rho0                  float32
	IsPlastic             string
	PlasticityTypeIE      string
	PlasticityTypeEI      string
	BPWeights             bool
	EtaE                  float32
	EtaI                  float32
	WIEDecay              float32
	WEIDecay              float32
	WMax                  float32
	SoftMax               bool
	ConvergenceMax        float32
	ConvergenceMean       float32
	ComputeGradientAngles bool
}

// Stimuli is inp: the input.
type Stimuli struct {
	NStimuli int
	Exc      struct {
		BgInput      float32
		PeakStimulus float32
	}
	Inh struct {
		BgInput float32
	}
	VonmisesKappa float32
}

// Perturbation is perturb: what PERTURB pushes, and how its states settle.
type Perturbation struct {
	NPerturbed int
	Size       float32
	MaxDr      float32
}

// NE is n_e, the number of E neurons.
func (p *Parameters) NE() int { n := p.Ng.Exc.NPerAxis; return n * n * n }

// NI is n_i, the number of I neurons.
func (p *Parameters) NI() int { return p.NE() / 8 }

// NStimuli is s³, the number of stimuli of a trial.
func (p *Parameters) NStimuli() int { s := p.Inp.NStimuli; return s * s * s }

// Defaults returns the published defaults of an experiment (docs/model.md#parameters).
func Defaults(e Experiment) Parameters {
	var p Parameters
	p.Numint = Integration{Dt: 1e-3, MaxDr: 0.5, MaxSteps: 1500, NTrials: 500, EveryN: 500}
	p.Ng.ND, p.Ng.RMax = 3, 1000
	p.Ng.Exc.TauM, p.Ng.Exc.NPerAxis, p.Ng.Inh.TauM = 50e-3, 8, 25e-3
	p.Sy = Synapses{
		WDist: "lognorm", LognormSigma: 0.65,
		E2E: Connection{WTotal: 2, P: 0.6}, E2I: Connection{WTotal: 5, P: 0.6},
		I2I: Connection{WTotal: 1, P: 0.6}, I2E: Connection{WTotal: 1, P: 0.6},
	}
	p.Pl = Plasticity{
		Rho0: 1, IsPlastic: Both, PlasticityTypeIE: RuleApproximate, PlasticityTypeEI: RuleApproximate,
		BPWeights: true, EtaE: 1e-5, EtaI: 1e-5, WIEDecay: 0.1, WEIDecay: 0.1, WMax: 1e5, ComputeGradientAngles: true,
	}
	p.Inp.NStimuli, p.Inp.VonmisesKappa = 12, 1
	p.Inp.Exc.BgInput, p.Inp.Exc.PeakStimulus, p.Inp.Inh.BgInput = 5, 50, 5
	p.Perturb = Perturbation{NPerturbed: 90, Size: 10, MaxDr: 0.05}
	switch e {
	case Gradient:
		p.Pl.PlasticityTypeIE, p.Pl.PlasticityTypeEI = RuleGradient, RuleGradient
		p.Pl.EtaE, p.Pl.EtaI, p.Pl.ComputeGradientAngles = 1e-3, 1e-3, false
	case Perturb:
		p.Pl.EtaE, p.Pl.EtaI, p.Pl.ComputeGradientAngles = 0, 0, false
	}
	return p
}

// Values of pl.is_plastic.
const (
	Neither = "NEITHER" // no training at all
	Both    = "BOTH"    // E→I and I→E learn
	Exc     = "EXC"     // only E→I learns
	Inh     = "INH"     // only I→E learns
)

// Values of pl.plasticity_type_ie and pl.plasticity_type_ei.
const (
	RuleApproximate = "APPROXIMATE"
	RuleBackprop    = "BACKPROP" // E→I only
	RuleGradient    = "GRADIENT"
)

// Values of sy.w_dist.
const (
	Lognorm = "lognorm"
	Normal  = "normal"
	Uniform = "uniform"
)
