package cli

import (
	"fmt"
	"strings"

	"eisweep/sim"
)

// The paper whose model the program simulates, as CITATION.cff has it.
const (
	paperTitle = "Learning excitatory-inhibitory neuronal assemblies in recurrent networks"
	paperYear  = 2021
	paperDOI   = "10.7554/eLife.59715"
)

// PaperReference is the year and place of the paper, for a sentence that names its authors.
var PaperReference = fmt.Sprintf("%d, eLife 10:e59715, https://doi.org/%s", paperYear, paperDOI)

// softwareTitle is the program's title in CITATION.cff.
const softwareTitle = "eisweep: parameter sweeps of a network that learns excitatory–inhibitory assemblies"

// Citation is how to cite the paper and this version of the program: as text, and as entries for BibTeX.
func Citation() string {
	version := fmt.Sprintf("version %s, model version %d", Version(), sim.ModelVersion)
	return fmt.Sprintf(`Please cite the paper whose model eisweep simulates, and this software:

  Mackwood O, Naumann LB, Sprekeler H (%d). %s. eLife 10:e59715. https://doi.org/%s

  The eisweep authors. %s (%s).

@article{mackwood2021,
  author  = {Mackwood, Owen and Naumann, Laura Bella and Sprekeler, Henning},
  title   = {%s},
  journal = {eLife},
  year    = {%d},
  volume  = {10},
  pages   = {e59715},
  doi     = {%s},
}

@software{eisweep,
  author  = {{The eisweep authors}},
  title   = {%s},
  version = {%s},
}
`, paperYear, paperTitle, paperDOI, softwareTitle, version, paperTitle, paperYear, paperDOI,
		strings.ReplaceAll(softwareTitle, "–", "--"), version)
}
