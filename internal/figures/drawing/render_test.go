package drawing

import (
	"bytes"
	"compress/zlib"
	"flag"
	"image/png"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"
)

func rendered(t *testing.T, d *Drawing, format Format) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := d.Render(&out, format); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestPicturesAreTheSameEachTime(t *testing.T) {
	for _, format := range []Format{PDF, SVG, PNG} {
		if !bytes.Equal(rendered(t, example(), format), rendered(t, example(), format)) {
			t.Errorf("%s: two pictures of a drawing differ", format)
		}
	}
	if err := example().Render(io.Discard, "gif"); err == nil {
		t.Error("a format that does not exist is accepted")
	}
}

var update = flag.Bool("update", false, "write the golden pictures anew")

func TestSVGIsTheGoldenOne(t *testing.T) {
	const path = "testdata/example.svg"
	got := rendered(t, example(), SVG)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		t.Errorf("the picture differs from %s (%v); look at it after: go test ./internal/figures/... -update", path, err)
	}
	for _, part := range []string{"&lt;&amp;&gt; (n = 1, 1 suspect)", `preserveAspectRatio="none"`, "data:image/png;", "Arial,Helvetica"} {
		if !strings.Contains(string(got), part) {
			t.Errorf("the SVG lacks %s", part)
		}
	}
}

// The PDF has text as text, with a subset of the font and the map from its characters to Unicode, and no time of day.
func TestTextOfPDFIsText(t *testing.T) {
	picture := rendered(t, example(), PDF)
	content := streams(t, picture)
	for _, text := range []string{"E → I", "angle, degrees", "r = −0.42", "ρ", "rate, s", "BOTH (n = 3)", "input, 1/s", "second"} {
		if !bytes.Contains(content, escaped(text)) {
			t.Errorf("the PDF lacks the text %q", text)
		}
	}
	if n := bytes.Count(picture, []byte("/ToUnicode")); n != 2 || len(picture) > 60_000 {
		t.Errorf("%d fonts with a map to Unicode, want regular and bold; %d bytes", n, len(picture))
	}
	for _, date := range regexp.MustCompile(`D:(\d+)`).FindAllSubmatch(picture, -1) {
		if string(date[1]) != "19700101000000" {
			t.Errorf("it has the date %s", date[1])
		}
	}
	if !bytes.Contains(picture, []byte("/ca 0.220")) {
		t.Error("the band is not transparent")
	}
}

// streams are the contents of the compressed streams.
func streams(t *testing.T, picture []byte) (all []byte) {
	t.Helper()
	for _, part := range bytes.Split(picture, []byte("stream\n"))[1:] {
		in, err := zlib.NewReader(bytes.NewReader(part))
		if err != nil {
			continue // another kind of stream, or what follows one
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text...)
	}
	return all
}

// escaped is a text in UTF-16, as a PDF's string.
func escaped(text string) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		out = append(out, byte(unit>>8), byte(unit))
	}
	for _, special := range []string{`\`, "(", ")", "\r"} {
		out = bytes.ReplaceAll(out, []byte(special), []byte(`\`+special))
	}
	return out
}

// The legend, the panels and the notes are inside of the picture: its border is white.
func TestNothingLeavesThePicture(t *testing.T) {
	requireBorder(t, "example", example())
	long := strings.Repeat("ng.exc.n_per_axis=4~pl.is_plastic=BOTH~", 3)
	for what, legend := range map[string]Legend{
		"a long title": {Title: "pl.is_plastic, sy.i2e.w_total, inp.exc.bg_input", Entries: []Entry{{Label: "NEITHER, 6, 5 (n = 6, 3 suspect)"}}},
		"long entries": {Title: "pl.is_plastic", Entries: []Entry{{Label: "BOTH (n = 1)"}, {Label: strings.Repeat("NEITHER, ", 12)}}},
	} {
		d := &Drawing{Legend: legend, Notes: []string{"Network: results~" + long + "seed=1.h5.", strings.Repeat("x", 200)}}
		line := Line{X: []float64{0, 1}, Y: []float64{0, 1}}
		d.Panels = [][]*Panel{{{Name: "p", X: Axis{Label: "x"}, Y: Axis{Label: "y"}, Layers: []Layer{line}}}}
		requireBorder(t, what, d)
	}
	for _, log := range []bool{false, true} {
		panel := &Panel{Name: "p", X: Axis{Label: "x", Log: log}, Y: Axis{Label: "y"}}
		for shift := -40.0; shift <= 40; shift += 5 {
			x, y := []float64{1, 50, 100}, []float64{1, 2, 3}
			panel.Layers = append(panel.Layers, Line{X: x, Y: y, Shift: shift}, Points{X: x, Y: y, Shift: shift})
		}
		requireBorder(t, "many groups beside each other", &Drawing{Panels: [][]*Panel{{panel}}})
	}
}

func requireBorder(t *testing.T, what string, d *Drawing) {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(rendered(t, d, PNG)))
	if err != nil {
		t.Fatal(err)
	}
	b := picture.Bounds()
	for x := b.Min.X; x < b.Max.X; x++ {
		for y := b.Min.Y; y < b.Max.Y; y++ {
			if x > b.Min.X+2 && x < b.Max.X-3 && y > b.Min.Y+2 && y < b.Max.Y-3 {
				continue
			}
			if r, g, blue, _ := picture.At(x, y).RGBA(); r&g&blue != 0xffff {
				t.Errorf("%s: something is drawn at the border, at %d, %d of %v", what, x, y, b)
				return
			}
		}
	}
}

func TestTableHasEveryNumber(t *testing.T) {
	var out strings.Builder
	if err := example().WriteCSV(&out); err != nil {
		t.Fatal(err)
	}
	want := `panel,layer,series,name,x,x_to,y,low,high,value
curves,line,a,,0,,1,0,2,
curves,line,a,,1,,3,2,4,
curves,line,a,,2,,,2,4,
curves,line,a,,3,,2,1,3,
curves,line,a,,4,,4,3,5,
curves,line,a,,5,,3,2,4,
curves,point,b,,1,,2,1.5,2.5,
curves,point,b,,4,,2.5,2,3,
curves,mark,m,,,,2,,,
bins,bin,a,,0.01,0.1,1,,,
bins,bin,a,,0.1,1,0,,,
bins,bin,a,,1,10,5,,,
bins,mark,a,,1,,,,,
bins,fact,a,median,,,,,,0.25
image,cell,i,,0,,0,,,-1
image,cell,i,,1,,0,,,0
image,cell,i,,0,,1,,,
image,cell,i,,1,,1,,,1
`
	if out.String() != want {
		t.Errorf("the table is\n%s", out.String())
	}
}
