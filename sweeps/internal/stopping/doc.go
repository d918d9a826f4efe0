// Package stopping reads the [until] of a sweep file: when a point of the sweep has enough seeds.
//
// It reports everything that is wrong with it to its caller, with place, cause and remedy, and knows which measures results of each
// experiment can have. It decides nothing about points: that is up to package until.
//
// Start reading at Read (read.go).
package stopping
