package sweeps

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"eisweep/sim"
	"eisweep/sweeps/internal/document"
)

// hostile are texts that would take a program's memory, time or stack, with what is said of them.
var hostile = map[string]struct{ text, want string }{
	"arrays":          {"a=" + strings.Repeat("[", 3_000_000), "x:1:11: brackets nested deeper than 8"},
	"headers":         {strings.Repeat("[", 3_000_000), "x:1:9: brackets nested deeper than 8"},
	"closed arrays":   {"a=" + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000), "brackets nested deeper than 8"},
	"inline tables":   {"a=" + strings.Repeat("{a=", 20_000), "brackets nested deeper than 8"},
	"dotted key":      {strings.Repeat("a.", 20_000) + "a=1", "x:1:18: more than 8 dots in one name"},
	"dotted header":   {"[" + strings.Repeat("a.", 20_000) + "a]", "more than 8 dots"},
	"quoted key":      {strings.Repeat(`"a" . `, 20_000) + "a=1", "more than 8 dots"},
	"inline key":      {"a={" + strings.Repeat("a.", 20_000) + "a=1}", "more than 8 dots"},
	"in a list":       {"a=[{" + strings.Repeat("a.", 20_000) + "a=1}]", "more than 8 dots"},
	"keys":            {numbered(300_000, "k%d=1\n"), "more than 200000 keys, tables and lists in one file"},
	"tables":          {numbered(300_000, "[k%d]\n"), "more than 200000 keys"},
	"arrays of":       {numbered(150_000, "[[k%d]]\n"), "more than 200000 keys"},
	"parts":           {numbered(60_000, "a.b.c.d%d=1\n"), "more than 200000 keys"},
	"inline":          {"a={" + numbered(300_000, "k%d=1,") + "}", "more than 200000 keys"},
	"many tables":     {"a=[" + strings.Repeat("{},", 300_000) + "]", "more than 200000 keys"},
	"values":          {"seeds=[" + strings.Repeat("1,", 3_000_000) + "]", "x:1:4000009: more than 2000000 values in one file"},
	"after a comment": {"# \"\na=" + strings.Repeat("[", 3_000_000), "brackets nested deeper than 8"},
	"after a string":  {"b='\"'\na=" + strings.Repeat("[", 3_000_000), "brackets nested deeper than 8"},
	"after a long":    {"b='''\n'''''\na=" + strings.Repeat("[", 3_000_000), "brackets nested deeper than 8"},
	"after an escape": {`b="\""` + "\na=" + strings.Repeat("[", 3_000_000), "brackets nested deeper than 8"},
	"size":            {"# " + strings.Repeat("x", MaxFile), "x: the file is larger than 64 MiB"},
	"zeros":           {string(make([]byte, MaxFile+1)), "x: the file is larger than 64 MiB"},
}

func numbered(n int, form string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, form, i)
	}
	return b.String()
}

// TestHostileFiles: each is refused with a place, before it has taken more than a multiple of its own size.
func TestHostileFiles(t *testing.T) {
	for name, c := range hostile {
		t.Run(name, func(t *testing.T) {
			content := []byte(c.text)
			took := allocated(func() {
				if _, err := Parse("x", content); err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("error is %.300v, want %q", err, c.want)
				} else if len(err.Error()) > 1000 {
					t.Errorf("the error has %d bytes", len(err.Error()))
				}
			})
			if took > 1<<20 {
				t.Errorf("%d bytes were allocated for a file of %d", took, len(content))
			}
		})
	}
}

// allocated is how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestSweepsThatExplode are small files of very many tasks: they are refused before memory is taken for them.
func TestSweepsThatExplode(t *testing.T) {
	const head = "name = 'x'\nexperiment = 'APPROXIMATE'\n"
	var axes, together, points strings.Builder
	for i, name := range []string{"sy.i2i.p", "sy.i2e.p", "sy.e2i.p", "sy.e2e.p", "pl.wie_decay", "pl.eta_e", "pl.eta_i", "pl.rho0"} {
		fmt.Fprintf(&axes, "%s = { from = 0.1, to = 0.9, count = 1000000 }\n", name)
		fmt.Fprintf(&together, "%s = { from = 0.1, to = 0.9, count = 1000000 }\n", name)
		fmt.Fprintf(&points, "%s = { from = 0.1, to = 0.9, count = %d }\n", name, 30+i)
	}
	for name, c := range map[string]struct{ text, want string }{
		"axes":     {"[axes]\n" + axes.String(), "more than 2000000 values on all axes together"},
		"together": {"[[together]]\n" + together.String(), "more than 2000000 values on all axes together"},
		"points":   {"[axes]\n" + points.String(), "the sweep has too many tasks"},
		"seeds":    {"seeds = { first = 0, count = 10000000 }\n[axes]\npl.eta_e = [1, 2]\n", "the sweep has too many tasks"},
	} {
		t.Run(name, func(t *testing.T) {
			took := allocated(func() {
				s, err := Parse("x", []byte(head+c.text))
				if err == nil {
					_, err = s.Expand(t.Context(), nil)
				}
				if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "^") {
					t.Errorf("error is %.500v, want %q with a place", err, c.want)
				}
			})
			if took > 1<<30 {
				t.Errorf("%d MiB were allocated", took>>20)
			}
		})
	}
}

// TestManyExcludesOfManyCombinations gives up, instead of comparing for hours.
func TestManyExcludesOfManyCombinations(t *testing.T) {
	var b strings.Builder
	b.WriteString("name = 'x'\nexperiment = 'APPROXIMATE'\n[axes]\nsy.i2i.p = { from = 0.1, to = 0.9, count = 100000 }\n")
	for range 20_000 {
		b.WriteString("[[exclude]]\nsy.i2i.p = 0.1\n")
	}
	_, err := mustParse(t, b.String()).Expand(t.Context(), nil)
	if err == nil || !strings.Contains(err.Error(), "too many [[exclude]] for so many combinations") {
		t.Errorf("error is %.300v", err)
	}
}

// TestExcludedCombinationsCount: a PERTURB sweep that drops them all goes through no more of them than it may have tasks.
func TestExcludedCombinationsCount(t *testing.T) {
	train := mustParse(t, "name = 'train'\nexperiment = 'APPROXIMATE'\nseeds = { first = 1, count = 1000 }\n")
	push := mustParse(t, "name = 'push'\nexperiment = 'PERTURB'\nsource = 'train'\nseeds = { first = 1, count = 20000 }\n"+
		"[parameters]\nperturb.n_perturbed = 1\n[[exclude]]\nperturb.n_perturbed = 1\n")
	_, err := push.Expand(t.Context(), &sweepsOnly{"train": train})
	if err == nil || !strings.Contains(err.Error(), "the sweep has too many tasks") {
		t.Errorf("error is %.300v", err)
	}
}

// TestManyTasksTwice reports tasks that are the same, however many they are.
func TestManyTasksTwice(t *testing.T) {
	s := mustParse(t, "name = 'x'\nexperiment = 'APPROXIMATE'\nseeds = { first = 1, count = 50000 }\n[axes]\nperturb.n_perturbed = [1, 2]\n")
	_, err := s.Expand(t.Context(), nil)
	if err == nil || !strings.Contains(err.Error(), "perturb.n_perturbed has no effect on APPROXIMATE") {
		t.Errorf("error is %.300v", err)
	}
}

// TestWhatIsWrittenCanBeRead refuses overrides and replacements that would be stored as a file that is too large.
func TestWhatIsWrittenCanBeRead(t *testing.T) {
	s := mustParse(t, "name = 'x'\nexperiment = 'APPROXIMATE'\n")
	gaps := make([]uint32, document.MaxListed+1)
	for i := range gaps {
		gaps[i] = uint32(2 * i)
	}
	var faults *Faults
	if _, err := s.With(Overrides{Seeds: gaps}); !errors.As(err, &faults) {
		t.Errorf("seeds with gaps: error is %v", err)
	}
	ids := make([]ID, document.MaxListed+1)
	if _, err := s.Replace(Replacement{Tasks: ids, Settings: []sim.Setting{setting(t, "numint.max_steps=3000")}}); !errors.As(err, &faults) {
		t.Errorf("replaced tasks: error is %v", err)
	}
	full, err := s.With(Overrides{Seeds: gaps[:document.MaxListed]})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Parse("x", full.TOML()); err != nil {
		t.Errorf("a sweep of as many values as may be: error is %.300v", err)
	}
}

// FuzzReports repeats texts, and checks that their reports are not too long.
func FuzzReports(f *testing.F) {
	for _, c := range hostile {
		f.Add([]byte(c.text[:min(len(c.text), 2000)]), uint16(1))
	}
	f.Fuzz(func(t *testing.T, content []byte, times uint16) {
		if len(content) > 1<<12 {
			return
		}
		if _, err := Parse("x", bytes.Repeat(content, int(times%512)+1)); err != nil && len(err.Error()) > maxFaults*6*longestMessage {
			t.Errorf("the error has %d bytes", len(err.Error()))
		}
	})
}
