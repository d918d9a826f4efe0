package results

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"eisweep/internal/results/h5"
	"eisweep/sim"
	"eisweep/sweeps"
)

// readTask reads the /task group into info.
func readTask(f *h5.File, info *Info) error {
	id, err1 := attributeAs[string](f, "/task", "id")
	experiment, err2 := attributeAs[string](f, "/task", "experiment")
	seed, err3 := attributeAs[int64](f, "/task", "seed")
	version, err4 := attributeAs[int64](f, "/task", "model_version")
	format, err5 := attributeAs[int64](f, "/task", "format")
	settings, err6 := attributeAs[string](f, "/task", "settings")
	if err := errors.Join(err1, err2, err3, err4, err5, err6); err != nil {
		return notResult(err)
	}
	var err error
	if info.Seed, err = seedOf(seed); err != nil {
		return err
	}
	if info.ModelVersion, info.Format = int(version), int(format); info.Format > Format {
		return fmt.Errorf("its format is %d and this program reads up to %d: %w; use the eisweep that wrote it, or a later one",
			format, Format, ErrNotResult)
	}
	if info.ID, err1 = sweeps.ParseID(id); info.ID == (sweeps.ID{}) {
		return fmt.Errorf("/task has no valid id: %w", errors.Join(ErrNotResult, err1))
	}
	if info.Experiment, err = sim.ParseExperiment(experiment); err != nil {
		return fmt.Errorf("/task: %w: %w", ErrNotResult, err)
	}
	if info.Settings, err = sim.ParseValues(settings); err != nil {
		return fmt.Errorf("/task: %w: %w", ErrNotResult, err)
	}
	return readInputs(f, info)
}

func seedOf(n int64) (uint32, error) {
	if n < 0 || n > math.MaxUint32 {
		return 0, fmt.Errorf("/task has the seed %d: %w", n, ErrNotResult)
	}
	return uint32(n), nil
}

func readInputs(f *h5.File, info *Info) error {
	source, err := readReference(f, "source")
	if err != nil {
		return err
	}
	if info.Source = source; source != nil {
		seed, err := attributeAs[int64](f, "/task", "source_seed")
		if source.SeedKnown = err == nil; source.SeedKnown {
			if source.Seed, err = seedOf(seed); err != nil {
				return err
			}
		}
	}
	initial, err := readReference(f, "initial_state")
	if err != nil || initial == nil {
		return err
	}
	take, err := attributeAs[string](f, "/task", "take")
	info.Initial = &sweeps.Initial{Input: *initial, Take: strings.Split(take, ",")}
	return err
}

// readReference reads what reference wrote; it returns nil when the attribute is missing.
func readReference(f *h5.File, name string) (*sweeps.Input, error) {
	text, err := attributeAs[string](f, "/task", name)
	if errors.Is(err, h5.ErrMissing) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if hash, ok := strings.CutPrefix(text, "sha256:"); ok && len(hash) == 64 {
		return &sweeps.Input{SHA256: hash}, nil
	}
	id, err := sweeps.ParseID(text)
	if err != nil || id == (sweeps.ID{}) {
		return nil, fmt.Errorf("/task names the %s %q, neither a task nor a hash: %w", name, text, ErrNotResult)
	}
	return &sweeps.Input{Task: id}, nil
}

// attributeAs reads an attribute, which must have that type.
func attributeAs[T bool | int64 | float64 | string](f *h5.File, path, name string) (T, error) {
	var none T
	value, err := f.Attribute(path, name)
	if err != nil {
		return none, err
	}
	typed, ok := value.(T)
	if !ok {
		return none, fmt.Errorf("attribute %s of %s is not %T: %w", name, path, none, ErrNotResult)
	}
	return typed, nil
}
