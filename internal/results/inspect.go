package results

import (
	"errors"
	"fmt"
	"math"
	"os"
	"strings"

	"eisweep/internal/atomicfile"
	"eisweep/internal/results/h5"
	"eisweep/sim"
	"eisweep/sweeps"
)

// Info is what a result file tells about itself.
type Info struct {
	HasTask bool // it has a /task group; the published program's files have none, and then the next eight say nothing

	ID           sweeps.ID
	Experiment   sim.Experiment
	Seed         uint32
	Settings     []sim.Setting // as sim.Settings gave them
	ModelVersion int
	Format       int
	Source       *sweeps.Input   // PERTURB: the trained network; Task or SHA256, and the seed where told
	Initial      *sweeps.Initial // the weights that were not drawn

	NPerAxis  int  // from the shape of the weights
	NStimuli  int  // from the shape of the responses; 0 when there are none
	Trained   bool // it has what ReadSource reads
	Converged bool // whether the last stimulus trained settled
}

// Inspect reads what a result file tells about itself. Errors are ErrNotResult
// and *ErrorOnlyFile, as with ReadSource.
func Inspect(path string) (Info, error) {
	f, err := openResult(path)
	if err != nil {
		return Info{}, fmt.Errorf("inspect result: %w", err)
	}
	defer f.Close()
	return inspectOpen(f, path)
}

func inspectOpen(f *h5.File, path string) (Info, error) {
	info, err := inspect(f)
	if err != nil {
		return Info{}, fmt.Errorf("inspect result %s: %w", path, err)
	}
	return info, nil
}

// openResult opens a file and refuses one that holds only an error_msg.
func openResult(path string) (*h5.File, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return openResultFile(f)
}

// openResultFile opens what an open file holds as openResult does.
func openResultFile(from *os.File) (*h5.File, error) {
	f, err := h5.OpenFile(from)
	if err != nil {
		return nil, notResult(err)
	}
	if err := refuseErrorOnly(f, from.Name()); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func refuseErrorOnly(f *h5.File, path string) error {
	node, err := f.Kind("/error_msg")
	if err != nil {
		return fmt.Errorf("%s: %w", path, notResult(err))
	}
	message, err := f.Attribute("/", "error_msg")
	if atomicfile.IsRefused(err) {
		return fmt.Errorf("%s: %w", path, err)
	}
	if node == h5.Missing && err != nil {
		return nil
	}
	text, _ := message.(string)
	if lines, err := f.ReadLines("/error_msg"); err == nil {
		text = strings.TrimSpace(strings.Join(lines, "\n"))
	}
	return &ErrorOnlyFile{Path: path, Message: text}
}

func inspect(f *h5.File) (Info, error) {
	var info Info
	ne, _, err := neurons(f)
	if err != nil {
		return info, err
	}
	info.NPerAxis = int(math.Round(math.Cbrt(float64(ne))))
	if info.NStimuli, err = stimuli(f); err != nil {
		return info, err
	}
	untrained := checkTrained(f)
	info.Trained = untrained == nil
	converged, err := attributeAs[bool](f, "/raw_data", "converged")
	if info.Converged = converged; atomicfile.IsRefused(untrained) || atomicfile.IsRefused(err) {
		return info, errors.Join(untrained, err)
	}
	kind, err := f.Kind("/task")
	if err != nil || kind != h5.Group {
		return info, err
	}
	info.HasTask = true
	return info, readTask(f, &info)
}

// stimuli reads s off the shape (s, s, s, n_e) of the afferents or the responses.
func stimuli(f *h5.File) (int, error) {
	for _, path := range []string{"/sim_state/afferents", "/computed/responses_exc"} {
		a, err := f.OpenArray(path)
		if errors.Is(err, h5.ErrMissing) {
			continue
		}
		if err != nil {
			return 0, err
		}
		dims := a.Dims
		a.Close()
		if len(dims) != 4 || dims[0] != dims[1] || dims[1] != dims[2] {
			return 0, fmt.Errorf("%s has shape %v, not (s, s, s, n_e): %w", path, dims, ErrNotResult)
		}
		return dims[0], nil
	}
	return 0, nil
}
