// Package sweepfiles shows what sweep files mean: `plan --points` lists their points, `schema`
// prints the JSON schema for editors.
//
// It runs nothing and writes no files.
//
// Start reading at Points.
package sweepfiles
