package sim

import "math"

var (
	trains  = []Experiment{Approximate, Gradient}
	perturb = []Experiment{Perturb}
	all     = []Experiment{Approximate, Gradient, Perturb}
)

// table defines every parameter: its name, unit, range and meaning, in the order of docs/parameters.md and of file names.
var table = []*Parameter{
	positive("numint.dt", "s", "Euler step; at most the smaller tau_m", all, func(p *Parameters) any { return &p.Numint.Dt }),
	positive("numint.max_dr", "1/s", "a state has settled when |τ·dr/dt| < max_dr for every unclipped neuron", trains,
		func(p *Parameters) any { return &p.Numint.MaxDr }),
	integer("numint.max_steps", "steps", 1, 1_000_000, "give up settling after this many", all,
		func(p *Parameters) any { return &p.Numint.MaxSteps }),
	boolean("numint.do_abort", "end the phase at the first state that does not settle", trains,
		func(p *Parameters) any { return &p.Numint.DoAbort }),
	integer("numint.n_trials", "trials", 1, math.MaxInt32, "length of the training; one trial shows every stimulus once", trains,
		func(p *Parameters) any { return &p.Numint.NTrials }),
	integer("numint.every_n", "trials", 1, math.MaxInt32,
		"measure all responses every this many trials; must divide n_trials, and follows it unless set", trains,
		func(p *Parameters) any { return &p.Numint.EveryN }),
	integer("ng.n_d", "", 3, 3, "stimulus dimensions; only 3 is defined", all, func(p *Parameters) any { return &p.Ng.ND }),
	positive("ng.r_max", "1/s", "highest rate", all, func(p *Parameters) any { return &p.Ng.RMax }),
	positive("ng.exc.tau_m", "s", "time constant of the E neurons", all, func(p *Parameters) any { return &p.Ng.Exc.TauM }),
	positive("ng.inh.tau_m", "s", "time constant of the I neurons", all, func(p *Parameters) any { return &p.Ng.Inh.TauM }),
	integer("ng.exc.n_per_axis", "neurons", 2, 16, "E neurons per stimulus dimension: n_e = n_per_axis³, n_i = n_e div 8", all,
		func(p *Parameters) any { return &p.Ng.Exc.NPerAxis }),
	choice("sy.w_dist", []string{Lognorm, Normal, Uniform}, "distribution of the random weights", trains,
		func(p *Parameters) any { return &p.Sy.WDist }),
	notNegative("sy.lognorm_sigma", "", "standard deviation of the log weights", trains,
		func(p *Parameters) any { return &p.Sy.LognormSigma }),
	notNegative("sy.e2e.w_total", "", "total E→E weight onto an E neuron; 0 means no such synapses", trains,
		func(p *Parameters) any { return &p.Sy.E2E.WTotal }),
	probability("sy.e2e.p", "connection probability E→E", func(p *Parameters) any { return &p.Sy.E2E.P }),
	positive("sy.e2i.w_total", "", "total E→I weight onto an I neuron", trains, func(p *Parameters) any { return &p.Sy.E2I.WTotal }),
	probability("sy.e2i.p", "connection probability E→I", func(p *Parameters) any { return &p.Sy.E2I.P }),
	notNegative("sy.i2i.w_total", "", "total I→I weight onto an I neuron", trains, func(p *Parameters) any { return &p.Sy.I2I.WTotal }),
	probability("sy.i2i.p", "connection probability I→I", func(p *Parameters) any { return &p.Sy.I2I.P }),
	positive("sy.i2e.w_total", "", "total I→E weight onto an E neuron", trains, func(p *Parameters) any { return &p.Sy.I2E.WTotal }),
	probability("sy.i2e.p", "connection probability I→E", func(p *Parameters) any { return &p.Sy.I2E.P }),
	finite("sy.e2i.w_min", "", "only reported, as ie_min = w_min/k_ie", trains, func(p *Parameters) any { return &p.Sy.E2I.WMin }),
	finite("sy.i2e.w_min", "", "only reported, as ei_min = w_min/k_ei", trains, func(p *Parameters) any { return &p.Sy.I2E.WMin }),
	notNegative("pl.rho0", "1/s", "target rate, and the rate every E neuron starts from", all,
		func(p *Parameters) any { return &p.Pl.Rho0 }),
	choice("pl.is_plastic", []string{Neither, Both, Exc, Inh}, "BOTH, EXC (only E→I), INH (only I→E), NEITHER (no training at all)", trains,
		func(p *Parameters) any { return &p.Pl.IsPlastic }),
	choice("pl.plasticity_type_ie", []string{RuleApproximate, RuleBackprop, RuleGradient},
		"rule of E→I; use GRADIENT for both or for neither", trains,
		func(p *Parameters) any { return &p.Pl.PlasticityTypeIE }),
	choice("pl.plasticity_type_ei", []string{RuleApproximate, RuleGradient}, "rule of I→E; use GRADIENT for both or for neither", trains,
		func(p *Parameters) any { return &p.Pl.PlasticityTypeEI }),
	boolean("pl.bp_weights", "errors travel back through w (true) or through v (false)", trains,
		func(p *Parameters) any { return &p.Pl.BPWeights }),
	notNegative("pl.eta_e", "", "learning rate of E→I", trains, func(p *Parameters) any { return &p.Pl.EtaE }),
	notNegative("pl.eta_i", "", "learning rate of I→E", trains, func(p *Parameters) any { return &p.Pl.EtaI }),
	notNegative("pl.wie_decay", "", "weight decay of E→I", trains, func(p *Parameters) any { return &p.Pl.WIEDecay }),
	notNegative("pl.wei_decay", "", "weight decay of I→E", trains, func(p *Parameters) any { return &p.Pl.WEIDecay }),
	positive("pl.w_max", "mean weights", "largest weight", trains, func(p *Parameters) any { return &p.Pl.WMax }),
	boolean("pl.soft_max", "let the largest drawn weight set the largest weight and α", trains,
		func(p *Parameters) any { return &p.Pl.SoftMax }),
	notNegative("pl.convergence_max", "1/s", "end the phase when the inhibitory input changes at most this", trains,
		func(p *Parameters) any { return &p.Pl.ConvergenceMax }),
	notNegative("pl.convergence_mean", "1/s", "and on average at most this", trains,
		func(p *Parameters) any { return &p.Pl.ConvergenceMean }),
	boolean("pl.compute_gradient_angles", "measure the angle between the rule's update and the exact gradient", trains,
		func(p *Parameters) any { return &p.Pl.ComputeGradientAngles }),
	integer("inp.n_stimuli", "", 1, 64, "stimuli per dimension: n_stimuli³ in all", all,
		func(p *Parameters) any { return &p.Inp.NStimuli }),
	finite("inp.exc.bg_input", "1/s", "constant input to the E neurons", all, func(p *Parameters) any { return &p.Inp.Exc.BgInput }),
	finite("inp.inh.bg_input", "1/s", "constant input to the I neurons, and the rate they start from", all,
		func(p *Parameters) any { return &p.Inp.Inh.BgInput }),
	notNegative("inp.exc.peak_stimulus", "1/s", "largest stimulus input", all, func(p *Parameters) any { return &p.Inp.Exc.PeakStimulus }),
	positive("inp.vonmises_kappa", "", "tuning width of the input", all, func(p *Parameters) any { return &p.Inp.VonmisesKappa }),
	integer("perturb.n_perturbed", "neurons", 1, math.MaxInt32, "how many neurons PERTURB pushes, one at a time; at most n_e", perturb,
		func(p *Parameters) any { return &p.Perturb.NPerturbed }),
	real("perturb.size", "1/s", "≠ 0", "the extra input", perturb, func(x float64) bool { return x != 0 },
		func(p *Parameters) any { return &p.Perturb.Size }),
	positive("perturb.max_dr", "1/s", "as max_dr, for PERTURB's own settling", perturb,
		func(p *Parameters) any { return &p.Perturb.MaxDr }),
}

// refused lists members of the published tree that have no effect there.
var refused = map[string]bool{
	"ng.inh.n_per_axis": true, "sy.e2e.w_min": true, "sy.i2i.w_min": true,
	"inp.sharp_input": true, "inp.regular_pref": true, "inp.sharp_wf": true, "inp.inh.peak_stimulus": true,
}

func real(name, unit, legal, meaning string, readBy []Experiment, ok func(float64) bool, field func(*Parameters) any) *Parameter {
	return &Parameter{Name: name, Kind: Real, Unit: unit, Legal: legal, Meaning: meaning, readBy: readBy, field: field,
		legal: func(v Value) bool { return ok(v.Float()) }}
}

func positive(name, unit, meaning string, readBy []Experiment, field func(*Parameters) any) *Parameter {
	return real(name, unit, "> 0", meaning, readBy, func(x float64) bool { return x > 0 }, field)
}

func notNegative(name, unit, meaning string, readBy []Experiment, field func(*Parameters) any) *Parameter {
	return real(name, unit, "≥ 0", meaning, readBy, func(x float64) bool { return x >= 0 }, field)
}

func finite(name, unit, meaning string, readBy []Experiment, field func(*Parameters) any) *Parameter {
	return real(name, unit, "finite", meaning, readBy, func(float64) bool { return true }, field)
}

func probability(name, meaning string, field func(*Parameters) any) *Parameter {
	return real(name, "", "0 < p ≤ 1", meaning, trains, func(x float64) bool { return x > 0 && x <= 1 }, field)
}

func integer(name, unit string, from, to int, meaning string, readBy []Experiment, field func(*Parameters) any) *Parameter {
	return &Parameter{Name: name, Kind: Integer, Unit: unit, Legal: interval(from, to), Meaning: meaning, readBy: readBy, field: field,
		legal: func(v Value) bool { return v.num >= from && v.num <= to }}
}

func boolean(name, meaning string, readBy []Experiment, field func(*Parameters) any) *Parameter {
	return &Parameter{Name: name, Kind: Boolean, Legal: "true, false", Meaning: meaning, readBy: readBy, field: field,
		legal: func(Value) bool { return true }}
}

func choice(name string, words []string, meaning string, readBy []Experiment, field func(*Parameters) any) *Parameter {
	text, ok := oneOf(words)
	return &Parameter{Name: name, Kind: Choice, Legal: text, Choices: words, Meaning: meaning, readBy: readBy, field: field, legal: ok}
}
