package sim

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// A saved state is: magic, format, model version, the task's identity (SHA-256),
// the fields, and the SHA-256 of all that.
const (
	stateMagic  = "eisweep-state\n"
	stateFormat = 2
	headerSize  = len(stateMagic) + 4 + sha256.Size
)

// Save returns what SaveTo writes.
func (s *Simulation) Save() ([]byte, error) {
	var b bytes.Buffer
	err := s.SaveTo(&b)
	return b.Bytes(), err
}

// SaveTo writes the whole state between two stimuli, including what the spool keeps. A
// simulation of the same task that restores it continues with the same bits. A simulation
// that has failed cannot be saved. Only a part of the state is held in memory at a time.
func (s *Simulation) SaveTo(w io.Writer) error {
	if s.err != nil {
		return fmt.Errorf("save state: %w", s.err)
	}
	if err := s.prepare(context.Background()); err != nil {
		return fmt.Errorf("save state: %w", err)
	}
	sum := sha256.New()
	a := newWriter(io.MultiWriter(w, sum))
	a.write(s.header())
	s.walk(a, s.state)
	a.to = w
	a.write(sum.Sum(nil))
	if a.err != nil {
		return fmt.Errorf("save state: %w", a.err)
	}
	return nil
}

// Restore is RestoreFrom of what Save returned.
func (s *Simulation) Restore(saved []byte) error {
	return s.RestoreFrom(bytes.NewReader(saved), int64(len(saved)))
}

// RestoreFrom replaces the state by a saved one of that many bytes, which it reads twice. The
// error wraps ErrState if the bytes are damaged, or belong to another version or another
// task; the simulation is then unchanged. After an error of the reader or of the spool the
// simulation cannot be used any more.
func (s *Simulation) RestoreFrom(r io.ReaderAt, size int64) error {
	if err := s.checkSeal(r, size); err != nil {
		return err
	}
	if err := s.prepare(context.Background()); err != nil {
		return fmt.Errorf("restore state: %w", err)
	}
	fields := size - int64(headerSize) - sha256.Size
	st := s.newState()
	a := newReader(io.NewSectionReader(r, int64(headerSize), fields), fields)
	s.walk(a, st)
	if a.err == nil && a.left > 0 {
		a.err = fmt.Errorf("%d bytes are left over", a.left)
	}
	if a.failed {
		return fmt.Errorf("restore state: %w", a.err)
	}
	if a.err != nil {
		return fmt.Errorf("%w: %w", ErrState, a.err)
	}
	s.err = nil
	s.adopt(st)
	return nil
}

// newState is the state before the first stimulus.
func (s *Simulation) newState() *state {
	if s.task.Experiment == Perturb {
		return newPerturbingState(s.task)
	}
	return newTrainingState(s.task, s.net)
}

// checkSeal checks everything about a saved state except its fields.
func (s *Simulation) checkSeal(r io.ReaderAt, size int64) error {
	n := size - sha256.Size
	saved := make([]byte, headerSize)
	if n < int64(headerSize) {
		return fmt.Errorf("%w: it does not begin as one", ErrState)
	}
	if err := readAt(r, saved, 0); err != nil {
		return err
	}
	if string(saved[:len(stateMagic)]) != stateMagic {
		return fmt.Errorf("%w: it does not begin as one", ErrState)
	}
	sum, want := sha256.New(), make([]byte, sha256.Size)
	if _, err := io.Copy(sum, io.NewSectionReader(r, 0, n)); err != nil {
		return fmt.Errorf("read state: %w", err)
	}
	if err := readAt(r, want, n); err != nil {
		return err
	}
	if !bytes.Equal(sum.Sum(nil), want) {
		return fmt.Errorf("%w: it is damaged", ErrState)
	}
	header := s.header()
	if v := len(stateMagic) + 4; string(saved[:v]) != string(header[:v]) {
		return fmt.Errorf("%w: it is of another version", ErrState)
	}
	if !bytes.Equal(saved, header) {
		return fmt.Errorf("%w: it is of another task", ErrState)
	}
	return nil
}

// readAt fills b with bytes that are known to exist.
func readAt(r io.ReaderAt, b []byte, at int64) error {
	if n, err := r.ReadAt(b, at); n < len(b) {
		return fmt.Errorf("read state: %w", err)
	}
	return nil
}

func (s *Simulation) header() []byte {
	b := append([]byte(stateMagic), 0, stateFormat)
	b = binary.BigEndian.AppendUint16(b, ModelVersion)
	return append(b, identity(s.task)...)
}

// walk writes or reads every field of a state.
func (s *Simulation) walk(a *archive, st *state) {
	n := int(st.stage)
	a.integer(&n, 0, int(finished))
	st.stage = stage(n)
	a.int64(&st.done)
	a.int64(&st.skipped)
	a.int64(&st.steps)
	a.integer(&st.unsettled, 0, math.MaxInt)
	a.strings(&st.log)
	if st.training != nil {
		s.walkTraining(a, st)
	} else {
		s.walkPerturbing(a, st)
	}
}

func (s *Simulation) walkTraining(a *archive, st *state) {
	t, p := st.training, s.p
	s.walkPlace(a, st)
	for _, y := range []*plastic{t.ei, t.ie} {
		walkPlastic(a, y)
	}
	if !a.writing() && a.err == nil && st.stage == train {
		t.beginHistory(p)
	}
	if t.history != nil {
		for trial := max(0, t.trial-historyLength+1); trial <= min(t.trial, p.Numint.EveryN-1); trial++ {
			a.float32s(t.historyOf(p, trial))
		}
	}
	a.int32s(t.steps)
	for _, v := range [][]float32{t.change, t.mu, t.anglesIE, t.anglesEI, t.responsesE, t.responsesI} {
		a.float32s(v)
	}
	a.boolean(&t.converged)
	s.walkMeasures(a, st)
}

// walkPlastic writes or reads a pathway. Its moments are sums about an earlier mean, so they
// cannot be computed from the weights alone.
func walkPlastic(a *archive, y *plastic) {
	d := y.Dense()
	for _, v := range [][]float32{d.W, d.V, d.M, d.Q} {
		a.float32s(v)
	}
	if !a.writing() {
		y.Load(d, y.z)
	}
	a.float32s(y.Moments[:])
}

// walkPlace writes or reads the position of the training in its task.
func (s *Simulation) walkPlace(a *archive, st *state) {
	t, p := st.training, s.p
	for q := range t.order.axes {
		a.permutation(t.order.axes[q])
		a.integer(&t.order.position[q], 0, p.Inp.NStimuli-1)
	}
	var generator []byte
	if a.writing() {
		generator, a.err = t.order.random.Save()
	}
	a.block(&generator, 1<<16)
	if !a.writing() && a.err == nil {
		a.err = t.order.random.Restore(generator)
	}
	a.integer(&t.phase, 0, phases(p))
	a.integer(&t.trial, 0, p.Numint.EveryN)
	a.integer(&t.response, 0, p.NStimuli()-1)
	if a.err != nil {
		return
	}
	ended := t.phase == phases(p)
	switch {
	case st.stage == push, st.stage == train && (ended || t.trial == p.Numint.EveryN), st.stage == finished && !ended:
		a.err = fmt.Errorf("a stage of %q after %d phases and %d trials", st.stage, t.phase, t.trial)
	}
}

// walkMeasures writes or reads what has been measured: one layer of correlations per phase, and
// of a finished task the last measures and the recording.
func (s *Simulation) walkMeasures(a *archive, st *state) {
	t, p := st.training, s.p
	layers := t.phase
	if st.stage != respond {
		layers++
	}
	for k := 0; k < layers && a.err == nil; k++ {
		if !a.writing() {
			t.layers = append(t.layers, make([]float64, p.NE()*p.NE()))
		}
		a.float64s(t.layers[k])
	}
	if st.stage != finished {
		return
	}
	steps := len(t.recordI) / p.NI()
	a.integer(&steps, 1, p.Numint.MaxSteps)
	a.grown(&t.recordE, steps*p.NE())
	a.float32s(t.recordE)
	a.grown(&t.recordI, steps*p.NI())
	a.float32s(t.recordI)
	if !a.writing() {
		t.measures = newMeasures(p)
	}
	m := t.measures
	for _, v := range [][]float32{m.excIn, m.inhIn, m.cc, m.cp, m.osiE, m.osiI} {
		a.float32s(v)
	}
	a.float64s(m.responseSim)
	a.float64s(m.responseSimEE)
}

func newMeasures(p *Parameters) *measures {
	nE, nI, s3 := p.NE(), p.NI(), p.NStimuli()
	f := func(n int) []float32 { return make([]float32, n) }
	return &measures{excIn: f(s3 * nE), inhIn: f(s3 * nE), cc: f(nE), cp: f(nE), osiE: f(nE), osiI: f(nI),
		responseSim: make([]float64, nE*nI), responseSimEE: make([]float64, nE*nE)}
}

// walkPerturbing writes or reads the state of a PERTURB. The rate changes come last, and
// everything that could be wrong with them is checked first: until then, what the spool keeps
// of another state stays unchanged.
func (s *Simulation) walkPerturbing(a *archive, st *state) {
	t, p := st.perturbing, s.p
	nE, s3 := p.NE(), p.NStimuli()
	a.integer(&t.next, 0, t.items())
	if a.err == nil && (st.stage != push && st.stage != finished || (st.stage == finished) != (t.next == t.items())) {
		a.err = fmt.Errorf("a stage of %q at settling %d of %d", st.stage, t.next, t.items())
	}
	if a.err != nil {
		return
	}
	if st.stage == finished {
		s.walkBins(a, t)
	}
	a.float32s(t.responsesE[:min(t.next, s3)*nE])
	values := max(0, t.next-s3) * nE
	if !a.writing() && a.err == nil && a.left != 4*int64(values) {
		a.err = fmt.Errorf("%d bytes where %d rate changes are due", a.left, values)
	}
	t.change.walk(a, values)
}

func (s *Simulation) walkBins(a *archive, t *perturbingState) {
	if !a.writing() {
		t.bins = &bins{edges: make([]float64, binCount+1), mean: make([]float64, binCount), sem: make([]float64, binCount)}
	}
	a.float64s(t.bins.edges)
	a.float64s(t.bins.mean)
	a.float64s(t.bins.sem)
}
