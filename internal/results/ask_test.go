package results

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"eisweep/internal/results/h5"
)

// testQueries are what the child of tests answers.
func testQueries() []Query {
	return []Query{floatsQuery, blocksQuery, contentsQuery, floodQuery}
}

// floatsQuery answers with an array as JSON; its argument is the path and the lengths of the axes.
var floatsQuery = Query{Name: "floats", MaxAnswer: 1 << 20, Answer: func(r *Reader, argument string) ([]byte, error) {
	path, dims := parseShape(argument)
	values, err := r.Float64s(path, dims...)
	if err != nil {
		return nil, err
	}
	return json.Marshal(values)
}}

// blocksQuery answers as floatsQuery does, from the blocks of the array.
var blocksQuery = Query{Name: "blocks", MaxAnswer: 1 << 20, Answer: func(r *Reader, argument string) ([]byte, error) {
	path, dims := parseShape(argument)
	var all []float64
	for block, err := range r.Blocks(path, dims...) {
		if err != nil {
			return nil, err
		}
		all = append(all, block...)
	}
	return json.Marshal(all)
}}

func parseShape(argument string) (string, []int) {
	fields := strings.Fields(argument)
	dims := make([]int, len(fields)-1)
	for i, text := range fields[1:] {
		dims[i], _ = strconv.Atoi(text)
	}
	return fields[0], dims
}

type testContents struct {
	Type       h5.Type
	Dims       []int
	LastLayer  []byte
	Missing    bool
	Impossible string
}

// contentsQuery answers with an array's shape and one of its blocks.
var contentsQuery = Query{Name: "contents", MaxAnswer: 1 << 20, Answer: func(r *Reader, _ string) ([]byte, error) {
	const path = "/computed/correlations_ee"
	var c testContents
	var err1, err2 error
	c.Type, c.Dims, err1 = r.Shape(path)
	c.LastLayer, err2 = r.Block(path, []int{0, 0, c.Dims[2] - 1}, []int{c.Dims[0], c.Dims[1], 1})
	_, _, missing := r.Shape("/computed/none")
	c.Missing = errors.Is(missing, ErrMissing)
	_, impossible := r.Block(path, []int{0, 0, 0}, []int{c.Dims[0] + 1, 1, 1})
	c.Impossible = impossible.Error()
	return asJSON(c), errors.Join(err1, err2)
}}

// floodQuery answers with as many bytes as its argument says.
var floodQuery = Query{Name: "flood", MaxAnswer: 1000, Answer: func(_ *Reader, argument string) ([]byte, error) {
	n, err := strconv.Atoi(argument)
	return make([]byte, n), err
}}

func asJSON(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}

// ask asks about one file.
func ask(t *testing.T, q Query, argument, path string) Answer {
	t.Helper()
	var got []Answer
	err := Prober{Command: child(t, "probe")}.Ask(t.Context(), q, argument, []string{path}, func(_ int, a Answer) error {
		got = append(got, a)
		return nil
	})
	if err != nil || len(got) != 1 {
		t.Fatalf("%d answers (%v)", len(got), err)
	}
	return got[0]
}

func TestReaderReadsArrays(t *testing.T) {
	path, r := trained(t)
	want := map[string][]float64{"/computed/response_sim -1 8": r.Training.ResponseSim}
	for _, x := range r.Training.ResponsesExc {
		want["/computed/responses_exc 6 6 6 64"] = append(want["/computed/responses_exc 6 6 6 64"], float64(x))
	}
	for _, n := range r.Training.StepsToConverge {
		want["/raw_data/steps_to_converge -1 -1"] = append(want["/raw_data/steps_to_converge -1 -1"], float64(n))
	}
	for argument, values := range want {
		for _, q := range []Query{floatsQuery, blocksQuery} {
			a := ask(t, q, argument, path)
			var got []float64
			if err := errors.Join(a.Err, json.Unmarshal(a.Bytes, &got)); err != nil || !slices.Equal(got, values) {
				t.Errorf("%s %s: %d values, want %d (%v)", q.Name, argument, len(got), len(values), err)
			}
		}
	}
	sum, size, err := HashFile(path)
	if a := ask(t, floatsQuery, "/computed/cc 64", path); err != nil || a.Identity != (Identity{sum, size}) || a.Info.NPerAxis != 4 {
		t.Errorf("%+v (%v)", a.Contents, err)
	}
}

func TestReaderReadsShapesAndBlocks(t *testing.T) {
	path, r := trained(t)
	a := ask(t, contentsQuery, "", path)
	var got testContents
	if err := errors.Join(a.Err, json.Unmarshal(a.Bytes, &got)); err != nil {
		t.Fatal(err)
	}
	layers := r.Training.Layers
	var last float64s
	for i, x := range r.Training.CorrelationsEE {
		if i%layers == layers-1 {
			last = append(last, x)
		}
	}
	want := make([]byte, 8*len(last))
	if err := last.encode(want, 0); err != nil {
		t.Fatal(err)
	}
	if got.Type != h5.Float64 || !reflect.DeepEqual(got.Dims, []int{64, 64, layers}) ||
		!bytes.Equal(got.LastLayer, want) || !got.Missing || !strings.Contains(got.Impossible, "has no block of") {
		t.Errorf("%+v, want the last of %d layers", got, layers)
	}
}

// What a file doesn't have, or has in another form, is an error of that file.
func TestReaderRefuses(t *testing.T) {
	path, _ := trained(t)
	for argument, want := range map[string]string{
		"/computed/none 3": "not in the file", "/computed/cc 65": "not numbers of shape [65]", "/computed/cc 64 1": "not numbers of shape",
		"/stdout -1": "not numbers", "/computed 3": "/computed",
	} {
		if a := ask(t, floatsQuery, argument, path); !errors.Is(a.Err, ErrNotResult) || !strings.Contains(a.Err.Error(), want) {
			t.Errorf("%s: %v, want an error that says %q", argument, a.Err, want)
		}
	}
	if a := ask(t, floodQuery, "1000", path); a.Err != nil || len(a.Bytes) != 1000 {
		t.Errorf("an answer of 1000 bytes has %d (%v)", len(a.Bytes), a.Err)
	}
	if a := ask(t, floodQuery, "1001", path); !errors.Is(a.Err, ErrNotResult) || !strings.Contains(a.Err.Error(), "1001 bytes") {
		t.Errorf("too long an answer: %v", a.Err)
	}
}

// Ask answers about each file once, whatever the files around it are.
func TestAskAnswersAboutEveryFile(t *testing.T) {
	dir := t.TempDir()
	source, _ := trained(t)
	pushed := perturbationTask()
	other, _ := written(t, pushed, makePerturbation(pushed))
	var paths []string
	for i := range 3*askedAtOnce + 1 {
		name, from := "good", source
		switch i % 20 {
		case 3:
			name = "hostile"
		case 5:
			name, from = "missing", ""
		case 7:
			name, from = "other", other
		case 9:
			name, from = "text", "ask_test.go"
		}
		paths = append(paths, filepath.Join(dir, name+strconv.Itoa(i)))
		if from == "" {
			continue
		}
		text, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(paths[i], text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	seen := map[int]int{}
	err := Prober{Command: child(t, "sometimes")}.Ask(t.Context(), floatsQuery, "/computed/cc 64", paths, func(i int, a Answer) error {
		seen[i]++
		name := filepath.Base(paths[i])
		ok := a.Err == nil && len(a.Bytes) > 64
		switch {
		case strings.HasPrefix(name, "missing"):
			ok = errors.Is(a.Err, fs.ErrNotExist)
		case strings.HasPrefix(name, "hostile"), strings.HasPrefix(name, "other"), strings.HasPrefix(name, "text"):
			ok = errors.Is(a.Err, ErrNotResult) && strings.Contains(a.Err.Error(), name)
		}
		if !ok {
			t.Errorf("%s: %d bytes, %v", name, len(a.Bytes), a.Err)
		}
		return nil
	})
	if err != nil || len(seen) != len(paths) {
		t.Errorf("answers about %d of %d files (%v)", len(seen), len(paths), err)
	}
	for i, n := range seen {
		if n != 1 {
			t.Errorf("%d answers about %s", n, paths[i])
		}
	}
}

func TestAskEndsEarly(t *testing.T) {
	source, _ := trained(t)
	paths := slices.Repeat([]string{source}, 3*askedAtOnce)
	prober := Prober{Command: child(t, "probe")}
	ctx, cancel := context.WithCancel(t.Context())
	enough, calls := errors.New("enough"), 0
	err := prober.Ask(ctx, floatsQuery, "/computed/cc 64", paths, func(int, Answer) error {
		calls++
		return enough
	})
	if !errors.Is(err, enough) || calls != 1 {
		t.Errorf("after an error: %d calls, %v", calls, err)
	}
	calls = 0
	err = prober.Ask(ctx, floatsQuery, "/computed/cc 64", paths, func(int, Answer) error {
		calls++
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) || calls != 1 {
		t.Errorf("after its context: %d calls, %v", calls, err)
	}
}
