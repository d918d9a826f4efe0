// Package shim holds what gonum.org/v1/hdf5 lacks or gets wrong, on that package's own handles: the reasons of failures,
// files in memory and by descriptor, access properties, shuffle, untracked times, direct chunk access, the form of stored
// values, link types, lines of text, and attributes. docs/decisions/hdf5.md lists each function with its reason.
//
// It guarantees nothing outside Do: every call of it, and of gonum.org/v1/hdf5, belongs into a function that Do runs.
//
// This is the only package of the program with cgo. Start reading at Do.
package shim

// #cgo CFLAGS: -std=c11
// #cgo linux CFLAGS: -I/usr/include/hdf5/serial
// #cgo linux,amd64 LDFLAGS: -L/usr/lib/x86_64-linux-gnu/hdf5/serial
// #cgo linux,arm64 LDFLAGS: -L/usr/lib/aarch64-linux-gnu/hdf5/serial
// #cgo LDFLAGS: -lhdf5
import "C"
