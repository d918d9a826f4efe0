// Package shim adds what gonum.org/v1/hdf5 lacks or does wrong, on that package's own handles: the reasons of errors,
// files in memory and by descriptor, access properties, shuffle, untracked times, direct chunk access, checks of stored
// values, link types, lines of text, and attributes. docs/decisions/hdf5.md lists each function with its reason.
//
// Its functions, and those of gonum.org/v1/hdf5, are safe only in a function that Do runs.
//
// Start reading at Do.
package shim

// #cgo CFLAGS: -std=c11
// #cgo linux CFLAGS: -I/usr/include/hdf5/serial
// #cgo linux,amd64 LDFLAGS: -L/usr/lib/x86_64-linux-gnu/hdf5/serial
// #cgo linux,arm64 LDFLAGS: -L/usr/lib/aarch64-linux-gnu/hdf5/serial
// #cgo LDFLAGS: -lhdf5
import "C"
