// Package removal removes and renames sweeps of a root.
//
// It guarantees that a sweep is there or not: its directory leaves its name in one step, after its record is gone and a note says
// where it was archived, if it was. A crash before that step leaves the directory, after it nothing but files that the next owner of
// the root removes. Results that other sweeps share are hard links, which stay. The caller owns the root, and has made sure that
// nothing of the sweep is running.
//
// Start reading at Examine (examine.go), which finds out what depends on a sweep; remove.go removes it, rename.go renames it.
package removal
