package analysis

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/quality"
	"eisweep/internal/report"
)

// countStates counts tasks by state.
func countStates(found []Result) map[string]int {
	states := map[string]int{}
	for i := range found {
		states[found[i].State]++
	}
	return states
}

func summarySentence(found []Result) string {
	var parts []string
	states := countStates(found)
	for _, state := range slices.Sorted(maps.Keys(states)) {
		parts = append(parts, fmt.Sprintf("%d %s", states[state], state))
	}
	return fmt.Sprintf("%s of %s: %s.", cli.Count(len(found), "task"), found[0].Experiment, strings.Join(parts, ", "))
}

// runFacts says what was run, by which programs, on which hosts and at what cost.
func runFacts(found []Result) []report.Fact {
	var seconds float64
	var bytes int64
	var first, last time.Time
	hosts, versions, models, seeds := map[string]int{}, map[string]int{}, map[string]int{}, map[uint32]bool{}
	for i := range found {
		r := &found[i]
		if r.Seed != nil {
			seeds[*r.Seed] = true
		}
		l := r.Line
		if l == nil || r.Path == "" {
			continue
		}
		seconds, bytes = seconds+l.Seconds, bytes+l.Bytes
		hosts[cli.OneLine(l.Host)]++
		versions[cli.OneLine(l.Version)]++
		models[fmt.Sprint(l.ModelVersion)]++
		if first.IsZero() || !l.Started.IsZero() && l.Started.Before(first) {
			first = l.Started
		}
		if l.Finished.After(last) {
			last = l.Finished
		}
	}
	facts := []report.Fact{
		{Name: "experiment", Value: string(found[0].Experiment)}, {Name: "tasks", Value: fmt.Sprint(len(found))},
		{Name: "seeds", Value: fmt.Sprint(len(seeds))},
	}
	if len(hosts) == 0 {
		return facts
	}
	return append(facts, []report.Fact{
		{Name: "hosts", Value: counted(hosts)},
		{Name: "eisweep", Value: counted(versions)},
		{Name: "model version", Value: strings.Join(slices.Sorted(maps.Keys(models)), ", ")},
		{Name: "computed", Value: first.UTC().Format(time.RFC3339) + " to " + last.UTC().Format(time.RFC3339)},
		{Name: "computing time", Value: cli.Seconds(seconds) + " on one core"},
		{Name: "result files", Value: cli.Size(bytes)},
		{Name: "digest of all results", Value: digestOf(found)},
	}...)
}

// counted lists names with the number of their results, the most frequent first.
func counted(of map[string]int) string {
	keys := slices.SortedFunc(maps.Keys(of), func(a, b string) int {
		if of[a] != of[b] {
			return of[b] - of[a]
		}
		return strings.Compare(a, b)
	})
	const most = 20
	var parts []string
	for _, k := range keys[:min(len(keys), most)] {
		parts = append(parts, fmt.Sprintf("%s (%s)", k, cli.Count(of[k], "result")))
	}
	if len(keys) > most {
		parts = append(parts, fmt.Sprintf("%d more", len(keys)-most))
	}
	return strings.Join(parts, ", ")
}

// digestOf is the SHA-256 of the lines "ID DIGEST" of all results, in the order of their ids. Equal results have equal digests.
func digestOf(found []Result) string {
	var lines []string
	for i := range found {
		if r := &found[i]; r.Line != nil && r.Path != "" {
			lines = append(lines, r.ID.String()+" "+r.Line.Digest+"\n")
		}
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "")))
	return hex.EncodeToString(sum[:])
}

// qualityFacts counts sound results, and suspect ones by reason.
func qualityFacts(found []Result) []report.Fact {
	counts, reasons := map[string]int{}, map[string]int{}
	example := map[string]quality.Reason{}
	for i := range found {
		r := &found[i]
		if r.Path == "" {
			continue
		}
		counts[r.judgement()]++
		seen := map[string]bool{}
		for _, reason := range r.Quality.Reasons(r.Experiment) {
			if !seen[reason.Name] {
				reasons[reason.Name]++
			}
			seen[reason.Name], example[reason.Name] = true, reason
		}
	}
	facts := []report.Fact{{Name: "sound", Value: fmt.Sprint(counts["sound"])}, {Name: suspect, Value: fmt.Sprint(counts[suspect])}}
	if n := counts[""]; n > 0 {
		text := fmt.Sprintf("%d: results of earlier versions; eisweep verify judges them", n)
		facts = append(facts, report.Fact{Name: "not known", Value: text})
	}
	for _, name := range slices.Sorted(maps.Keys(reasons)) {
		facts = append(facts, report.Fact{Name: name, Value: fmt.Sprintf("%s; usual causes: %s", cli.Count(reasons[name], "result"),
			strings.Join(example[name].Parameters, ", "))})
	}
	return facts
}
