package table

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// odd is a table with every kind of value that needs care.
func odd() *Table {
	return &Table{[]Column{
		{Name: "file", Text: []string{`a,"b".h5`, "", "ü\n"}},
		{Name: "seed", Kind: Integer, Role: Seed, Numbers: []float64{4294967295, nan, 0}},
		{Name: "pl.eta_e", Kind: Number, Role: Parameter, Numbers: []float64{1.3333334, 1e-5, nan}},
		{Name: "cc_median", Kind: Number, Role: Measure, Unit: "1", Numbers: []float64{0.30000000000000004, math.Inf(1), nan}},
	}}
}

func TestCSVHasFullPrecision(t *testing.T) {
	var out bytes.Buffer
	if err := odd().WriteCSV(&out); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"file", "seed", "pl.eta_e", "cc_median"}, {`a,"b".h5`, "4294967295", "1.3333334", "0.30000000000000004"},
		{"", "", "1e-05", "+Inf"}, {"ü\n", "0", "", ""}}
	for i := range want {
		if strings.Join(rows[i], "|") != strings.Join(want[i], "|") {
			t.Errorf("row %d: %q, want %q", i, rows[i], want[i])
		}
	}
}

func TestJSONIsReadBack(t *testing.T) {
	var array, lines bytes.Buffer
	if err := odd().WriteJSON(&array); err != nil {
		t.Fatal(err)
	}
	if err := odd().WriteLines(&lines); err != nil {
		t.Fatal(err)
	}
	var rows []map[string]any
	if err := json.Unmarshal(array.Bytes(), &rows); err != nil {
		t.Fatalf("%v in %s", err, array.Bytes())
	}
	first := strings.Split(lines.String(), "\n")[0]
	if want := `{"file":"a,\"b\".h5","seed":4294967295,"pl.eta_e":1.3333334,"cc_median":0.30000000000000004}`; first != want {
		t.Errorf("first line %s, want %s", first, want)
	}
	if len(rows) != 3 || rows[1]["file"] != nil || rows[1]["cc_median"] != "+Inf" || rows[2]["seed"] != 0.0 || rows[2]["cc_median"] != nil {
		t.Errorf("rows %v", rows)
	}
	array.Reset()
	if err := (&Table{}).WriteJSON(&array); err != nil || json.Unmarshal(array.Bytes(), &rows) != nil || len(rows) != 0 {
		t.Errorf("an empty table: %s (%v)", array.Bytes(), err)
	}
}

func TestParquetIsReadBack(t *testing.T) {
	var out, again bytes.Buffer
	if err := odd().WriteParquet(&out); err != nil {
		t.Fatal(err)
	}
	if err := odd().WriteParquet(&again); err != nil || !bytes.Equal(out.Bytes(), again.Bytes()) {
		t.Errorf("the same table gives other bytes (%v)", err)
	}
	f, err := parquet.OpenFile(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range f.Root().Columns() {
		names = append(names, c.Name())
	}
	if strings.Join(names, " ") != "file seed pl.eta_e cc_median" {
		t.Errorf("columns %v", names)
	}
	if unit, _ := f.Lookup("unit:cc_median"); unit != "1" {
		t.Errorf("unit %q", unit)
	}
	rows := f.RowGroups()[0].Rows()
	defer rows.Close()
	got := make([]parquet.Row, 4)
	for i := range got {
		got[i] = make(parquet.Row, 0, 4)
	}
	n, err := rows.ReadRows(got)
	if n != 3 || err != nil && err != io.EOF {
		t.Fatalf("%d rows (%v)", n, err)
	}
	if got[0][0].String() != `a,"b".h5` || got[0][1].Int64() != 4294967295 || got[0][3].Double() != 0.30000000000000004 ||
		!got[1][0].IsNull() ||
		!got[1][1].IsNull() || !math.IsInf(got[1][3].Double(), 1) || got[2][1].IsNull() || !got[2][3].IsNull() {
		t.Errorf("rows %v", got)
	}
}

func TestTextIsAligned(t *testing.T) {
	table := odd()
	want := `file            seed   pl.eta_e  cc_median
a,"b".h5  4294967295  1.3333334        0.3
-                  -      1e-05       +Inf
ü\n                0          -          -
`
	if got := text(t, table); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
