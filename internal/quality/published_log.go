package quality

import (
	"regexp"
	"strconv"
	"strings"

	"eisweep/sim"
)

// The lines of the published program's log that count states. Each state of the responses that does not settle has a line
// of its own.
var (
	publishedPhase   = regexp.MustCompile(`^Phase (\d+) of \d+`)
	publishedTrial   = regexp.MustCompile(`^Trial (\d+) of (\d+)`)
	publishedFailed  = regexp.MustCompile(`^(\d+) of \d+ failed to converge!`)
	publishedAborted = "Abort on no convergence"
	publishedState   = "Response failed to converge at "
	publishedBegin   = "Estimating responses."
	publishedEnd     = "Finished computing responses"
)

// readPublished is sim.ReadSettling for logs of the published program. It reports false for those of PERTURB, which count
// nothing.
func readPublished(log []string) (s sim.Settling, ok bool) {
	phase := 0
	for _, line := range log {
		trial := len(s.Trials) - 1
		switch m := publishedTrial.FindStringSubmatch(line); {
		case m != nil:
			s.Trials = append(s.Trials, sim.TrialSettling{Phase: phase, Trial: atoi(m[1]), EveryN: atoi(m[2])})
		case strings.HasPrefix(line, publishedBegin):
			s.Responses, ok = 0, false
		case strings.HasPrefix(line, publishedEnd):
			ok = true
		case strings.HasPrefix(line, publishedState):
			s.Responses++
		case trial >= 0 && strings.HasPrefix(line, publishedAborted):
			s.Trials[trial].Aborted, s.Trials[trial].Unsettled = true, 1
		default:
			if m := publishedPhase.FindStringSubmatch(line); m != nil {
				phase = atoi(m[1])
			} else if m := publishedFailed.FindStringSubmatch(line); m != nil && trial >= 0 {
				s.Trials[trial].Unsettled = atoi(m[1])
			}
		}
	}
	return s, ok
}

func atoi(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}
