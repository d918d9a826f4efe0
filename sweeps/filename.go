package sweeps

import (
	"path/filepath"
	"strconv"
	"strings"

	"eisweep/sim"
)

// maxFileName is the longest name, in bytes, that contains what varies.
const maxFileName = 200

// fileName returns the name of the task's result: what varies, then the seeds. A PERTURB task
// with its own seed has two, that of its source first.
func (t *Task) fileName(ownSeed bool) string {
	b := make([]byte, 0, 128)
	b = append(b, "results"...)
	for _, s := range t.Varying {
		b = append(b, '~')
		b = append(b, s.Name...)
		b = append(b, '=')
		b = append(b, s.Value.String()...)
	}
	if t.Source != nil && ownSeed && t.Source.SeedKnown {
		b = strconv.AppendUint(append(b, "~seed="...), uint64(t.Source.Seed), 10)
		b = append(b, "~perturb"...)
		b = strconv.AppendUint(append(b, ".seed="...), uint64(t.Seed), 10)
	} else {
		b = strconv.AppendUint(append(b, "~seed="...), uint64(t.Seed), 10)
	}
	b = append(b, ".h5"...)
	if len(b) > maxFileName || t.Source != nil && t.Source.namedByID() {
		return t.shortName()
	}
	return string(b)
}

// shortName returns the name of a result whose file name would be too long.
func (t *Task) shortName() string {
	return "results~seed=" + strconv.FormatUint(uint64(t.Seed), 10) + "~id=" + t.ID.String() + ".h5"
}

// namedByID reports whether a file has a name like those of shortName, without what varies.
func (in *Input) namedByID() bool {
	return strings.Contains(filepath.Base(in.File), "~id=t") || strings.Contains(filepath.Base(in.Path), "~id=t")
}

// ValuesInName returns the values in the name of a result file. Parts that are not a
// parameter with a legal value are ignored.
func ValuesInName(path string) sim.Values {
	var values sim.Values
	for part := range strings.SplitSeq(strings.TrimSuffix(filepath.Base(path), ".h5"), "~") {
		s, err := ParseSetting(part)
		if err != nil {
			continue
		}
		if _, twice := values.Get(s.Name); !twice {
			values = append(values, s)
		}
	}
	sortSettings(values)
	return values
}
