package sim

import (
	"fmt"
	"regexp"
	"strconv"
)

// Settling is what a task's log says about states that did not settle.
type Settling struct {
	Trials    []TrialSettling // those that were begun, in their order; none for NEITHER and PERTURB
	Responses int             // states of the last responses that did not settle; PERTURB: of all states
}

// TrialSettling is what a log says about one trial.
type TrialSettling struct {
	Phase     int // from 1
	Trial     int // of its phase, from 1
	EveryN    int // trials that the phase may have
	Unsettled int // stimuli that did not settle
	Aborted   bool
}

// The lines of a log that count states that did not settle, and how they are read again.
const (
	trialFormat     = "phase %d of %d, trial %d of %d: steps %d–%d (mean %.1f), %d did not settle"
	abortFormat     = "phase %d ends: a state did not settle"
	responsesFormat = "responses: E rates up to %.4g (mean %.4g), I rates up to %.4g (mean %.4g), %d did not settle"
	statesFormat    = "%d of %d states did not settle and were used as they were"
)

var (
	trialLine     = regexp.MustCompile(`^phase (\d+) of \d+, trial (\d+) of (\d+): .*, (\d+) did not settle$`)
	abortLine     = regexp.MustCompile(`^phase \d+ ends: a state did not settle$`)
	responsesLine = regexp.MustCompile(`^responses: .*, (\d+) did not settle$`)
	statesLine    = regexp.MustCompile(`^(\d+) of \d+ states did not settle and were used as they were$`)
)

// ReadSettling reads a log as Result has it. It reports false for a log that does not say whether the last responses
// settled, such as one of the published program.
func ReadSettling(log []string) (s Settling, ok bool) {
	for _, line := range log {
		if m := trialLine.FindStringSubmatch(line); m != nil {
			s.Trials = append(s.Trials, TrialSettling{Phase: number(m[1]), Trial: number(m[2]), EveryN: number(m[3]), Unsettled: number(m[4])})
			ok = false // until the responses after it
		} else if abortLine.MatchString(line) && len(s.Trials) > 0 {
			s.Trials[len(s.Trials)-1].Aborted = true
		} else if m := responsesLine.FindStringSubmatch(line); m != nil {
			s.Responses, ok = number(m[1]), true
		} else if m := statesLine.FindStringSubmatch(line); m != nil {
			s.Responses, ok = number(m[1]), true
		}
	}
	return s, ok
}

// number reads digits; those of a number that is too large give the largest.
func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// unsettledIn counts the stimuli of a phase that did not settle: in its last trial and in all of them.
func unsettledIn(log []string, phase int) (last, all int) {
	s, _ := ReadSettling(log)
	for _, t := range s.Trials {
		if t.Phase == phase {
			last = t.Unsettled
			all += t.Unsettled
		}
	}
	return last, all
}

// phaseEnd is the log's line of a phase that ends early because the inhibitory input hardly changes any more. Where
// stimuli did not settle that is no convergence: the network did not learn from them.
func phaseEnd(log []string, phase int) string {
	last, all := unsettledIn(log, phase)
	if all == 0 {
		return fmt.Sprintf("phase %d ends: the inhibitory input has converged", phase)
	}
	return fmt.Sprintf("phase %d ends: the inhibitory input hardly changes, but the network did not learn from stimuli that did not "+
		"settle: %d in the last trial, %d in all trials of the phase", phase, last, all)
}
