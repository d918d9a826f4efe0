package results

import (
	"errors"
	"fmt"
	"math"
	"os"
	"strings"

	"eisweep/internal/atomicfile"
	"eisweep/internal/quality"
	"eisweep/internal/results/h5"
	"eisweep/sim"
	"eisweep/sweeps"
)

// Info is what a result file says about itself.
type Info struct {
	HasTask bool // it has a group /task, unlike the published program's files; without one the next eight fields are empty

	ID           sweeps.ID
	Experiment   sim.Experiment
	Seed         uint32
	Settings     sim.Values // what the task sets, as in sim.Settings
	ModelVersion int
	Format       int
	Source       *sweeps.Input   // PERTURB: the trained network, by Task or SHA256, and its seed if the file has it
	Initial      *sweeps.Initial // the weights that were read instead of drawn

	NPerAxis  int  // from the shape of the weights
	NStimuli  int  // from the shape of the responses; 0 when there are none
	Trained   bool // it has everything that ReadSource reads
	Converged bool // the last stimulus of the training settled

	// Quality is Reader.Quality. The Info of a Reader has none.
	Quality *quality.Quality
}

// Inspect reads what a result file says about itself. The error wraps ErrNotResult or is an *ErrorOnlyFile, as with
// ReadSource.
func Inspect(path string) (Info, error) {
	f, err := openResult(path)
	if err != nil {
		return Info{}, fmt.Errorf("inspect result: %w", err)
	}
	defer f.Close()
	return inspectWhole(f, path)
}

// inspectWhole is inspectOpen with the quality.
func inspectWhole(f *h5.File, path string) (Info, error) {
	info, err := inspectOpen(f, path)
	if err != nil {
		return Info{}, err
	}
	if info.Quality, err = (&Reader{Info: info, file: f}).Quality(); err != nil {
		return Info{}, fmt.Errorf("inspect result %s: %w", path, err)
	}
	return info, nil
}

func inspectOpen(f *h5.File, path string) (Info, error) {
	info, err := inspect(f)
	if err != nil {
		return Info{}, fmt.Errorf("inspect result %s: %w", path, err)
	}
	return info, nil
}

// openResult opens a file, and refuses one that contains only an error_msg.
func openResult(path string) (*h5.File, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return openResultFile(f)
}

// openResultFile is openResult for a file that is open.
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

// stimuli reads s from the shape (s, s, s, n_e) of the afferents or the responses; 0 when the file has neither.
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
