package kernel

import "math"

// ruleTable holds what the kernels of learning need beside the entries, every
// value 16 times, so that a register of any width loads it. The generator of the
// assembly counts the rows in the same order.
type ruleTable [tableRows * stripRows]float32

// Constants of softplus.go; multipliers that are subtracted are negative.
const (
	tableSign = iota
	tableFloor
	tableLog2E
	tableRound
	tableLn2High
	tableLn2Low
	tableOne
	tableTiny
	tableExp
)

const tableLog1p = tableExp + 7

// Constants of a rule, and Adam's.
const (
	tableAlpha = tableLog1p + 10 + iota
	tableInverseAlpha
	tableLargest
	tableEta
	tableDecay
	tableShift
	tableKeep1
	tableKeep2
	tableEpsilon
	tableTrace
	tableRows
)

// Adam's constants.
const (
	adamKeep1   float32 = 0.9
	adamKeep2   float32 = 0.999
	adamEpsilon float32 = 1e-8
	adamTrace   float32 = 1e-18
)

func newRuleTable(r *Rule) *ruleTable {
	t := new(ruleTable)
	for n, x := range []float32{float32(math.Copysign(0, -1)), expFloor, expLog2E, expRound, -expLn2High, -expLn2Low, 1, log1pTiny} {
		t.set(n, x)
	}
	for n, x := range expTerms {
		t.set(tableExp+n, x)
	}
	for n, x := range log1pTerms {
		t.set(tableLog1p+n, x)
	}
	for n, x := range []float32{r.Alpha, 1 / r.Alpha, r.Largest, r.Eta, -r.Decay, 0,
		adamKeep1, adamKeep2, adamEpsilon, adamTrace} {
		t.set(tableAlpha+n, x)
	}
	return t
}

func (t *ruleTable) set(row int, x float32) {
	for n := range stripRows {
		t[row*stripRows+n] = x
	}
}

// at is the value of a row.
func (t *ruleTable) at(row int) float32 { return t[row*stripRows] }
