// Package drawing turns the description of a figure into a picture and a table of its data.
//
// A Drawing is data: panels with axes and layers. Render draws it as PDF, SVG or PNG, and WriteCSV writes every number that
// Render draws, so a picture and its table cannot differ. The same Drawing gives the same bytes each time: no dates, no random
// names. PDFs contain a subset of the font and selectable text; SVGs name the font and its usual substitutes.
//
// All drawings have one look: the colour-blind-safe palette of Okabe and Ito, text of 7 to 8 pt, a legend above the panels.
//
// The package knows nothing about networks or files. Start reading at drawing.go, then render.go.
package drawing
