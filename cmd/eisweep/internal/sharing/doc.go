// Package sharing holds the commands with which users share and archive sweeps: `pack` and `unpack`.
//
// It guarantees that a pack contains exactly the finished tasks of a sweep's latest launch, that `pack` leaves no partial file and replaces
// none, and that a pack of unknown origin cannot forge lines of output. internal/pack defines the format of packs and checks them.
//
// Start reading at pack.go.
package sharing
