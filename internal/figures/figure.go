package figures

import (
	"errors"
	"fmt"
	"strings"

	"eisweep/internal/figures/drawing"
	"eisweep/internal/results"
)

// Figure is one kind of picture.
type Figure struct {
	Name  string // as users write it
	About string // one line
	Of    Kind

	// Groups is how many networks it shows, one from each group; 0 for a figure that shows all networks of all groups.
	Groups int

	// Read reduces the arrays of a file to what Draw needs. The error wraps ErrNotApplicable when the file is sound but does
	// not contain what the figure shows; other errors are those of results.Reader.
	Read func(r *results.Reader, detailed bool) (Data, error)

	// Draw draws networks that Read succeeded for, at least one in every group.
	Draw func(s *Set) (*drawing.Drawing, error)
}

// Kind says which experiments a figure can show.
type Kind int

// The kinds of experiments.
const (
	Training     Kind = iota // APPROXIMATE and GRADIENT
	Perturbation             // PERTURB
)

// ErrNotApplicable is wrapped when a file does not contain what a figure shows.
var ErrNotApplicable = errors.New("the figure does not apply")

func notApplicable(format string, values ...any) error {
	return fmt.Errorf("%w: %s", ErrNotApplicable, fmt.Sprintf(format, values...))
}

// All lists the figures in the order in which they are documented.
func All() []*Figure {
	return []*Figure{
		&cotuning, &selectivity, &selectivityCumulative, &rates, &synapses, &angles, &anglesFinal,
		&convergence, &course, &steps, &weights,
		&tuning, &examples, &currents, &settling, &similarity,
		&influence, &influenceWithoutSelf, &influenceExample,
	}
}

// Find returns the figure of that name; nil if there is none.
func Find(name string) *Figure {
	for _, f := range All() {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// Query asks a child process for the Data of a figure. The argument of the question is that of Argument.
func Query() results.Query {
	return results.Query{Name: "figure", MaxAnswer: maxAnswer, Answer: answer}
}

// maxAnswer is enough for the largest Data: four images of maxCells cells.
const maxAnswer = 16 << 20

// Argument is the argument of Query for this figure. If detailed, the Data also contain what only a drawing of one network per
// group shows.
func (f *Figure) Argument(detailed bool) string {
	if detailed {
		return f.Name + " detailed"
	}
	return f.Name
}

func answer(r *results.Reader, argument string) ([]byte, error) {
	name, detail, _ := strings.Cut(argument, " ")
	f := Find(name)
	if f == nil {
		return nil, fmt.Errorf("there is no figure %q", name)
	}
	if err := f.Of.check(r); err != nil {
		return encodeRefusal(err)
	}
	data, err := f.Read(r, detail == "detailed")
	if errors.Is(err, ErrNotApplicable) {
		return encodeRefusal(err)
	}
	if err != nil {
		return nil, err
	}
	return data.encode()
}

// check refuses a file of the other kind.
func (k Kind) check(r *results.Reader) error {
	_, _, err := r.Shape("/raw_data/rate_change")
	perturbed := err == nil
	switch {
	case err != nil && !errors.Is(err, results.ErrMissing):
		return err
	case k == Training && perturbed:
		return notApplicable("the file is a result of PERTURB, and the figure shows trainings")
	case k == Perturbation && !perturbed:
		return notApplicable("the file is a training, and the figure shows results of PERTURB")
	}
	return nil
}
