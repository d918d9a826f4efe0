package sim

// stage is what a task does next.
type stage int

const (
	respond  stage = iota // measure the response to the next stimulus
	train                 // train on the next stimulus
	push                  // settle the next stimulus, pushed or not
	finished              // nothing
)

func (s stage) String() string {
	return [...]string{"responses", "training", "perturbing", "done"}[s]
}

// state is the whole state of a task between two stimuli, as Save writes it.
type state struct {
	stage      stage
	done       int64 // stimuli settled
	skipped    int64 // stimuli left out because their phases ended early
	steps      int64 // Euler steps
	unsettled  int   // stimuli that did not settle since the last log line about it
	log        []string
	training   *trainingState   // nil for PERTURB
	perturbing *perturbingState // nil for others
}

// historyLength is how many trials the change of the inhibitory input spans.
const historyLength = 10

// trainingState is the state of a training (docs/model.md#training).
type trainingState struct {
	order    *order
	ei, ie   *plastic
	phase    int       // phases that have ended
	trial    int       // trials of this phase that have ended
	response int       // responses measured of this phase
	history  []float32 // while training, if every_n > 1

	steps              []int32
	change             []float32
	mu                 []float32
	anglesIE, anglesEI []float32
	converged          bool

	responsesE, responsesI []float32
	layers                 [][]float64 // correlations_ee of each phase
	recordE, recordI       []float32   // the last response, a row a step
	measures               *measures   // of the last phase; nil until it is measured
}

func newTrainingState(task *Task, net *network) *state {
	p := &task.Parameters
	s3, nE, nI := p.NStimuli(), p.NE(), p.NI()
	etaE, etaI := rates(p)
	adam := p.Pl.PlasticityTypeEI == RuleGradient
	t := &trainingState{order: newOrder(task.Seed, p.Inp.NStimuli), converged: true,
		ei:         newPlastic(net.ei, etaI, p.Pl.WEIDecay, adam),
		ie:         newPlastic(net.ie, etaE, p.Pl.WIEDecay, adam),
		responsesE: make([]float32, s3*nE), responsesI: make([]float32, s3*nI)}
	st := &state{stage: respond, training: t}
	if p.Pl.IsPlastic == Neither {
		t.steps, t.change, t.mu = make([]int32, s3), make([]float32, 2), make([]float32, 8)
		return st
	}
	trials := p.Numint.NTrials
	t.steps, t.mu = make([]int32, trials*s3), nans(trials*s3*8)
	for n := range t.steps {
		t.steps[n] = -1
	}
	t.change = nans(2 * max(1, p.Numint.EveryN-1))
	if p.Pl.ComputeGradientAngles && etaE > 0 {
		t.anglesIE = nans(trials * s3)
	}
	if p.Pl.ComputeGradientAngles && etaI > 0 {
		t.anglesEI = nans(trials * s3)
	}
	return st
}

// beginHistory allocates memory for the inhibitory input of a phase's last trials. The end of
// the phase frees it, because measuring needs as much.
func (t *trainingState) beginHistory(p *Parameters) {
	if p.Numint.EveryN > 1 {
		t.history = make([]float32, min(historyLength, p.Numint.EveryN)*p.NStimuli()*p.NE())
	}
}

// rates returns the learning rates of E→I and I→E; 0 for a pathway that is not plastic.
func rates(p *Parameters) (etaE, etaI float32) {
	if p.Pl.IsPlastic == Both || p.Pl.IsPlastic == Exc {
		etaE = p.Pl.EtaE
	}
	if p.Pl.IsPlastic == Both || p.Pl.IsPlastic == Inh {
		etaI = p.Pl.EtaI
	}
	return etaE, etaI
}

// number returns the index of the trial in the task, from 0.
func (t *trainingState) number(p *Parameters) int { return t.phase*p.Numint.EveryN + t.trial }

func (t *trainingState) phaseName(s stage) string {
	if s == finished {
		s = respond
	}
	return s.String()
}

// phases returns how many phases a task trains for.
func phases(p *Parameters) int {
	if p.Pl.IsPlastic == Neither {
		return 0
	}
	return p.Numint.NTrials / p.Numint.EveryN
}
