package quality

// Verdict is the set of reasons why a result is suspect; 0 if the result is sound or its quality is unknown.
type Verdict uint8

// The reasons.
const (
	Unsettled  Verdict = 1 << iota // states did not settle
	Saturated                      // rates are at their limit
	Silent                         // too many neurons never fire
	NotNumbers                     // too many values of a measure are NaN
	Stopped                        // a phase ended early although stimuli did not settle
)

// verdictNames are the names of the reasons, in the order of their bits.
var verdictNames = []string{"unsettled", "saturated", "silent", "nan", "stopped"}

// The shares above which a result is suspect. docs/result-files.md gives the reasons for the values.
const (
	maxUnsettled = 0
	maxSaturated = 0
	maxSilent    = 0.2
	maxNaN       = 0.2
	maxEmptyBins = 0.5 // of correlation_mean
)

// Verdict returns the reasons why the result is suspect.
func (q *Quality) Verdict() Verdict {
	if q == nil {
		return 0
	}
	v := Verdict(0)
	for reason, holds := range map[Verdict]bool{
		Unsettled: q.UnsettledTrial > maxUnsettled || q.UnsettledResponses > maxUnsettled,
		Saturated: q.Saturated > maxSaturated, Silent: q.Silent > maxSilent, Stopped: q.StoppedUnsettled,
	} {
		if holds {
			v |= reason
		}
	}
	for name, share := range q.NaN {
		if share > nanLimit(name) {
			v |= NotNumbers
		}
	}
	return v
}

// nanLimit is the share of NaN among the values of a measure above which it is suspect.
func nanLimit(measure string) float64 {
	if measure == "correlation_mean" {
		return maxEmptyBins
	}
	return maxNaN
}

// IsSuspect reports whether there are reasons not to trust the result.
func (q *Quality) IsSuspect() bool { return q.Verdict() != 0 }

// Names lists the reasons by name: unsettled, saturated, silent, nan, stopped.
func (v Verdict) Names() []string {
	var names []string
	for n, name := range verdictNames {
		if v&(1<<n) != 0 {
			names = append(names, name)
		}
	}
	return names
}
