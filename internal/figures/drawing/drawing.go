package drawing

// Drawing is a figure: rows of panels under one legend.
type Drawing struct {
	Panels [][]*Panel // rows of equal length; nil leaves a cell empty
	Legend Legend
	Notes  []string // small lines below the panels: what was drawn, and what was left out
}

// Legend names the styles that the layers use.
type Legend struct {
	Title   string
	Entries []Entry // none: the drawing has no legend
}

// Entry is one line of a legend.
type Entry struct {
	Style Style
	Label string
}

// Panel is one pair of axes with what is drawn in it.
type Panel struct {
	Name   string // names the panel in the table of data
	Title  string
	X, Y   Axis
	Layers []Layer // drawn in this order
	Colors *Colors // of the panel's Image; nil when it has none
	Text   []string
}

// Axis describes one axis of a panel.
type Axis struct {
	Label    string // with its unit
	Log      bool
	Min, Max float64   // the range; equal: the range of the layers, with a margin
	Names    []string  // of the positions 0, 1, 2 …, instead of numbers
	Ticks    []float64 // where labels are; none: at round numbers
	Down     bool      // values grow downwards
}

// Style is how a series looks.
type Style struct {
	Color  int  // a number of the palette, of a dash pattern and of a shape of points; Ink is the colour of text
	Dashed bool // the line, whatever its number
	Thin   bool // the line: for series of suspect results alone
	Hollow bool // the points: for results that are suspect
	Dots   bool // the legend shows a point instead of a line
}

// Colors is the colour scale of an image.
type Colors struct {
	Label     string // with its unit
	Min, Max  float64
	Diverging bool // two hues that meet at 0, for a range that is symmetric around it; otherwise one from dark to light
}

// Layer is something that a panel shows.
type Layer interface {
	// bounds extends the ranges of the axes by what the layer shows.
	bounds(x, y *interval)
	// rows lists the layer's numbers for the table.
	rows() []Row
}

// Line connects points in the given order, with a band around them if Low and High are given. NaN interrupts it. A
// point between two NaN is drawn as a marker with an error bar.
type Line struct {
	Series    string
	Style     Style
	X, Y      []float64
	Low, High []float64
	Shift     float64 // to the right when drawn, in points (1/72 inch), so that series beside each other don't cover each other
}

// Steps is the outline of a histogram: Y[i] between Edges[i] and Edges[i+1].
type Steps struct {
	Series    string
	Style     Style
	Edges     []float64 // one more than Y
	Y         []float64
	Low, High []float64 // a band; may be nil
	Sideways  bool      // bins along the vertical axis
}

// Points are single points, with error bars if Low and High are given.
type Points struct {
	Series    string
	Style     Style
	Small     bool
	X, Y      []float64
	Low, High []float64
	Shift     float64 // as of Line
}

// Image is a matrix of values, drawn as coloured cells. The first row is at the first edge of Y.
type Image struct {
	X, Y   Span
	Values []float64 // row by row; NaN is grey
	Rows   int
	Series string
}

// Span is where the cells of an image lie along an axis: from the outer edge of the first to that of the last.
type Span struct{ From, To float64 }

// Mark is a line across the panel at one value, or an arrow at the edge that points to it.
type Mark struct {
	Series     string
	Style      Style
	At         float64
	Horizontal bool // the line is horizontal: At is a value of the vertical axis
	Arrow      bool
}

// Fact is a number that the table contains and the panel's text mentions.
type Fact struct {
	Series, Name string
	Value        float64
}
