// Package report writes the report of a sweep: one self-contained HTML page with what was run, whether the results can be trusted, their
// measures, figures, failures, and how to reproduce and cite them.
//
// The page is self-contained: its content security policy allows no requests, scripts or forms. It supports keyboards, screen readers,
// light and dark themes, and printing. All text is escaped. The same Page gives the same bytes.
//
// The package reads no files and draws no figures: its caller fills the Page.
//
// Start reading at Page in page.go; page.html.tmpl is the page.
package report
