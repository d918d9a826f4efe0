package manifest

import (
	"encoding/json"
	"testing"

	"eisweep/internal/quality"
	"eisweep/sim"
)

// What is read quickly of a line is what encoding/json reads.
func TestQuickBriefs(t *testing.T) {
	escaped := failedLine(3)
	escaped.Class = "of a later\nversion"
	suspect, sound, stopped := doneLine(4), doneLine(5), doneLine(6)
	suspect.Quality = &quality.Quality{Silent: 0.5, NaN: map[string]float64{"osi_e": 0.5}, Trials: 3, PlannedTrials: 3}
	sound.Quality, stopped.Quality = &quality.Quality{Trials: 3, PlannedTrials: 3}, &quality.Quality{StoppedUnsettled: true}
	for name, c := range map[string]struct {
		line    Line
		isQuick bool
	}{
		"done": {doneLine(1), true}, "failed": {failedLine(2), true}, "escaped": {escaped, false}, "suspect": {suspect, true},
		"sound": {sound, true}, "stopped": {stopped, true},
	} {
		text, err := encodeLines([]Line{c.line})
		if err != nil {
			t.Fatal(err)
		}
		var want briefLine
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatal(err)
		}
		got, ok := quickBrief(text)
		if ok != c.isQuick || ok && got != want {
			t.Errorf("%s: %v, %+v\nwant %+v", name, ok, got, want)
		}
		if got.Verdict != verdict(c.line.Quality.Verdict()) {
			t.Errorf("%s: verdict %v, want that of %+v", name, got.Verdict, c.line.Quality)
		}
	}
}

// FuzzQuickBrief has lines with whatever values a writer may give them.
func FuzzQuickBrief(f *testing.F) {
	f.Add("results~seed=1.h5", "numeric", "text", int64(5), 1, "a.b", "{")
	f.Add("a\"b\\.h5", "", "}", int64(-1), -7, "check", ",\"id\":\"t\"")
	f.Fuzz(func(t *testing.T, file, class, text string, bytes int64, run int, name, value string) {
		line := doneLine(1)
		line.File, line.Class, line.Error, line.Bytes, line.Run = "x"+file, class, text, bytes, run
		line.Parameters = sim.Values{{Name: name, Value: sim.ChoiceValue(value)}}
		encoded, err := encodeLines([]Line{line})
		if err != nil {
			t.Skip() // it is no line
		}
		var want briefLine
		if err := json.Unmarshal(encoded, &want); err != nil {
			t.Fatal(err)
		}
		if got, ok := quickBrief(encoded); ok && got != want {
			t.Errorf("%s\nreads as %+v, want %+v", encoded, got, want)
		}
	})
}

// A text that is no line of a writer is left to encoding/json, or read as far as it goes; none breaks it.
func FuzzQuickBriefOfAnything(f *testing.F) {
	whole, err := encodeLines([]Line{doneLine(1)})
	if err != nil {
		f.Fatal(err)
	}
	for n := 0; n < len(whole); n += 7 {
		f.Add(whole[:n])
	}
	f.Fuzz(func(_ *testing.T, text []byte) { quickBrief(text) })
}
