package drawing

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Format is a format of pictures.
type Format string

// The formats, named like the ends of file names.
const (
	PDF Format = "pdf"
	SVG Format = "svg"
	PNG Format = "png" // with 300 pixels per inch
)

const pixelsPerInch = 300

// Render writes the picture. The same drawing gives the same bytes. Errors are those of writing.
func (d *Drawing) Render(w io.Writer, format Format) error {
	l := d.layout()
	switch format {
	case PDF:
		canvas := newPDF(l.width, l.height)
		d.draw(draw.New(canvas), l)
		return canvas.write(w)
	case SVG:
		canvas := vgsvg.New(l.width, l.height)
		d.draw(draw.New(canvas), l)
		return writeSVG(w, canvas)
	case PNG:
		canvas := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(l.width, l.height), vgimg.UseDPI(pixelsPerInch))}
		d.draw(draw.New(canvas), l)
		_, err := canvas.WriteTo(w)
		return err
	}
	return fmt.Errorf("draw: no format %q", format)
}

// corrections of gonum's SVG: images fill their rectangle without smoothing, and their type is the true one; a viewer without
// the font takes one of the same measures. Text of the drawing cannot contain what is replaced, because it is escaped.
var corrections = strings.NewReplacer(
	`<image `, `<image preserveAspectRatio="none" style="image-rendering:pixelated" `,
	`data:image/jpg;`, `data:image/png;`,
	`"font-family:Liberation Sans;font-variant:normal;`, `"font-family:'Liberation Sans',Arial,Helvetica,sans-serif;`,
)

func writeSVG(w io.Writer, canvas *vgsvg.Canvas) error {
	var text bytes.Buffer
	if _, err := canvas.WriteTo(&text); err != nil {
		return err
	}
	_, err := corrections.WriteString(w, text.String())
	return err
}
