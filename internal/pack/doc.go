// Package pack writes sweeps into one archive, and unpacks such archives of unknown origin.
//
// A pack is a tar file compressed with zstd. Each sweep has a directory with its name: first manifest.jsonl, then sweep.toml, then
// the results in the order of their names. The manifest has the unchanged lines of the packed tasks.
//
// The package guarantees that
//
//   - equal sweeps give equal bytes,
//   - every packed and unpacked result matches the size and SHA-256 in its manifest line,
//   - every unpacked result also matches the digest, parameters, seed and experiment in it, and the sweep file is that of the sweep,
//   - unpacking writes nothing outside its directory, and replaces nothing,
//   - a refused pack leaves nothing behind.
//
// It does not prove who made a pack: if that matters, sign the file.
//
// Start reading at Write (write.go) and Unpack (unpack.go).
package pack
