package coordinator

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"eisweep/coordinator/verify"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
)

// Whatever field a manifest of an earlier version, without check values, has another value in
// than its file, verify says so and writes the line anew; a damaged name is for people. Not so the size: a file of
// another size is not read, and counts as altered.
func TestVerifyComparesEveryField(t *testing.T) {
	g := newRig(t)
	g.prober, g.real = inspector{}, true
	g.run(order1(parse(t, twoByTwo)))
	check := func() control.VerifiedSweep {
		report, err := verify.Run(g.context(), g.root, g.prober, nil)
		if err != nil {
			t.Fatal(err)
		}
		return report.Sweeps[0]
	}
	check() // the digests are not those of the files
	lines := strings.SplitAfter(regexp.MustCompile(`,"check":"[0-9a-f]{8}"}`).ReplaceAllString(g.read("two", "manifest.jsonl"), "}"), "\n")
	whole, line := strings.Join(lines[4:], ""), g.lines("two")[5]
	plastic := fmt.Sprintf(`"pl.is_plastic":%q`, plasticity(line.Parameters))
	for was, is := range map[string]string{
		fmt.Sprintf(`"seed":%d`, line.Seed): `"seed":77`,
		`"experiment":"APPROXIMATE"`:        `"experiment":"GRADIENT"`,
		`"model_version":2`:                 `"model_version":3`,
		`"digest":"` + line.Digest[:1]:      `"digest":"x`,
		plastic + `}`:                       `"pl.is_plastic":"INH"}`,
		`"parameters":{` + plastic:          `"parameters":{`,
		plastic:                             plastic + `,"pl.more":1`,
		`"parameters":{` + plastic + `}`:    `"parame|ers":{` + plastic + `}`,
		`"id":"` + line.ID.String():         `"id":"t00000000000000000000000000000001`,
	} {
		all := strings.SplitAfter(whole, "\n")
		if all[1] = strings.Replace(all[1], was, is, 1); strings.Join(all, "") == whole {
			t.Fatalf("the line has no %s: %s", was, all[1])
		}
		write(t, g.root.Manifest("two"), strings.Join(all, ""))
		found := check()
		byHand := 0
		for _, p := range found.Problems {
			if strings.Contains(p.Detail, "then verify again") {
				byHand++
			}
		}
		if len(found.Problems) == 0 {
			t.Errorf("%s → %s was not found", was, is)
		}
		after := check()
		if len(after.Problems) != byHand {
			t.Errorf("%s → %s: %+v, then %+v", was, is, found, after)
		}
		var last manifest.Line
		for _, l := range g.lines("two") {
			if l.File == line.File {
				last = l
			}
		}
		if byHand == 0 && (last.Seed != line.Seed || last.Experiment != line.Experiment || last.Digest != line.Digest ||
			last.ModelVersion != line.ModelVersion || fmt.Sprint(last.Parameters) != fmt.Sprint(line.Parameters) || last.Host != line.Host) {
			t.Errorf("%s → %s: the line is now %+v", was, is, last)
		}
	}
}
