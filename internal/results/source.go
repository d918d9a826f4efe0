package results

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"eisweep/internal/atomicfile"
	"eisweep/internal/results/h5"
	"eisweep/sim"
)

// maxNeurons is n_e at the largest ng.exc.n_per_axis. Files that claim more are not read.
const maxNeurons = 16 * 16 * 16

// ReadSource reads the trained network of a result file of eisweep or of the published program. The error wraps
// ErrUntrained for a file without one (a result of PERTURB), wraps ErrNotResult for a file that is no result, and is an
// *ErrorOnlyFile for a file that contains only an error_msg.
func ReadSource(ctx context.Context, path string) (*sim.Source, error) {
	f, err := openResult(path)
	if err != nil {
		return nil, fmt.Errorf("read source: %w", err)
	}
	defer f.Close()
	source, err := readSource(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("read source %s: %w", path, err)
	}
	return source, nil
}

func readSource(ctx context.Context, f *h5.File) (*sim.Source, error) {
	if err := checkTrained(f); err != nil {
		return nil, err
	}
	weights, err := readWeights(ctx, f, []string{"wee", "wei", "wie", "wii"})
	if err != nil {
		return nil, err
	}
	s := &sim.Source{WEE: weights.WEE, WEI: weights.WEI, WIE: weights.WIE, WII: weights.WII}
	ne, _, err := neurons(f)
	if err != nil {
		return nil, err
	}
	if s.ResponseSimEE, err = readFloat64(ctx, f, "/computed/response_sim_ee", ne, ne); err != nil {
		return nil, err
	}
	s.CorrelationsEE, err = readLastLayer(ctx, f, "/computed/correlations_ee", ne)
	return s, err
}

// checkTrained returns an error for a result that is not one of a training.
func checkTrained(f *h5.File) error {
	if kind, err := f.Kind("/raw_data/rate_change"); atomicfile.IsRefused(err) {
		return err
	} else if err != nil || kind != h5.Missing {
		return errors.Join(err, fmt.Errorf("it is a result of PERTURB and %w; name the result of a training", ErrUntrained))
	}
	for _, needed := range []string{"/sim_state/wee", "/computed/correlations_ee", "/computed/response_sim_ee"} {
		if kind, err := f.Kind(needed); atomicfile.IsRefused(err) {
			return err
		} else if err != nil || kind != h5.Dataset {
			return errors.Join(err, fmt.Errorf("it has no %s and %w", needed, ErrUntrained))
		}
	}
	return nil
}

// ReadInitial reads the weights named by take (some of wee, wei, wie, wii) from a result file; the others stay nil.
// Errors are those of ReadSource.
func ReadInitial(ctx context.Context, path string, take []string) (sim.InitialState, error) {
	f, err := openResult(path)
	if err != nil {
		return sim.InitialState{}, fmt.Errorf("read initial state: %w", err)
	}
	defer f.Close()
	state, err := readWeights(ctx, f, take)
	if err != nil {
		return sim.InitialState{}, fmt.Errorf("read initial state %s: %w", path, err)
	}
	return state, nil
}

func readWeights(ctx context.Context, f *h5.File, take []string) (sim.InitialState, error) {
	var w sim.InitialState
	ne, ni, err := neurons(f)
	if err != nil {
		return w, err
	}
	matrices := map[string]struct {
		to        *[]float32
		post, pre int
	}{"wee": {&w.WEE, ne, ne}, "wei": {&w.WEI, ne, ni}, "wie": {&w.WIE, ni, ne}, "wii": {&w.WII, ni, ni}}
	for _, name := range take {
		m, ok := matrices[name]
		if !ok {
			return w, fmt.Errorf("there are no weights %q: they are wee, wei, wie, wii", name)
		}
		if *m.to, err = readFloat32(ctx, f, "/sim_state/"+name, m.post, m.pre); err != nil {
			return w, err
		}
	}
	return w, nil
}

// neurons reads n_e and n_i from the shape of wee, which every result has.
func neurons(f *h5.File) (ne, ni int, err error) {
	a, err := f.OpenArray("/sim_state/wee")
	if errors.Is(err, h5.ErrMissing) {
		return 0, 0, fmt.Errorf("it has no weights (/sim_state/wee): %w", ErrNotResult)
	}
	if err != nil {
		return 0, 0, err
	}
	defer a.Close()
	axis := 0
	if len(a.Dims) == 2 && a.Dims[0] == a.Dims[1] && a.Dims[0] <= maxNeurons {
		axis = int(math.Round(math.Cbrt(float64(a.Dims[0]))))
	}
	if axis < 2 || axis*axis*axis != a.Dims[0] {
		return 0, 0, fmt.Errorf("/sim_state/wee has shape %v, not (n, n) with n the cube of 2 … 16: %w", a.Dims, ErrNotResult)
	}
	return a.Dims[0], a.Dims[0] / 8, nil
}

// readAtOnce is about how many bytes are read between checks of the context.
const readAtOnce = 4 << 20

// readBytes reads a whole array, which must have that type and shape.
func readBytes(ctx context.Context, f *h5.File, path string, t h5.Type, dims ...int) ([]byte, error) {
	a, err := f.OpenArray(path)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	if a.Type != t || !slices.Equal(a.Dims, dims) {
		return nil, fmt.Errorf("%s is %v of shape %v, not %v of shape %v: %w", path, a.Type, a.Dims, t, dims, ErrNotResult)
	}
	buffer := make([]byte, product(dims)*t.Size())
	rest, row := buffer, len(buffer)/dims[0]
	start, count := make([]int, len(dims)), slices.Clone(dims)
	for start[0] < dims[0] {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		count[0] = min(dims[0]-start[0], max(1, readAtOnce/row))
		if err := a.Read(start, count, rest[:count[0]*row]); err != nil {
			return nil, err
		}
		rest = rest[count[0]*row:]
		start[0] += count[0]
	}
	return buffer, nil
}

// readFloat32 reads weights, which must be finite.
func readFloat32(ctx context.Context, f *h5.File, path string, dims ...int) ([]float32, error) {
	buffer, err := readBytes(ctx, f, path, h5.Float32, dims...)
	if err != nil {
		return nil, err
	}
	out := make([]float32, len(buffer)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(buffer[4*i:]))
		if x := float64(out[i]); math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, fmt.Errorf("%s has %v as a weight: %w", path, x, ErrNotResult)
		}
	}
	return out, nil
}

func readFloat64(ctx context.Context, f *h5.File, path string, dims ...int) ([]float64, error) {
	buffer, err := readBytes(ctx, f, path, h5.Float64, dims...)
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(buffer)/8)
	for i := range out {
		out[i] = math.Float64frombits(binary.LittleEndian.Uint64(buffer[8*i:]))
	}
	return out, nil
}

// readLastLayer reads the last layer of an (n, n, layers) array, row by row: there may be a layer for each trial.
func readLastLayer(ctx context.Context, f *h5.File, path string, n int) ([]float64, error) {
	a, err := f.OpenArray(path)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	if a.Type != h5.Float64 || len(a.Dims) != 3 || a.Dims[0] != n || a.Dims[1] != n || a.Dims[2] < 1 {
		return nil, fmt.Errorf("%s is %v of shape %v, not float64 of shape (%d, %d, layers): %w", path, a.Type, a.Dims, n, n, ErrNotResult)
	}
	out, row := make([]float64, 0, n*n), make([]byte, n*8)
	for i := range n {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := a.Read([]int{i, 0, a.Dims[2] - 1}, []int{1, n, 1}, row); err != nil {
			return nil, err
		}
		for j := range n {
			out = append(out, math.Float64frombits(binary.LittleEndian.Uint64(row[8*j:])))
		}
	}
	return out, nil
}
