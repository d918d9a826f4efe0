// Package sharing holds the commands that hand sweeps to others: `pack` and `unpack`.
//
// It guarantees that a pack holds what the latest launch of a sweep has and nothing else, that `pack` writes no file in part and
// replaces none, and that messages about a pack of unknown origin stay on their lines. What a pack is, and how it is checked, is in
// internal/pack.
//
// Start reading at pack.go.
package sharing
