// Package pack writes sweeps into one archive, and unpacks such archives of unknown origin.
//
// A pack is a tar file compressed with zstd. Each sweep has a directory of its name, which begins with manifest.jsonl, then
// sweep.toml, then the results in the order of their names. The manifest has the lines of the tasks that are packed, unchanged.
//
// It guarantees that equal sweeps give equal bytes, that every packed and unpacked result is what its manifest line says, by its
// size, SHA-256 and digest, that unpacking writes nothing outside its directory and replaces nothing, and that a pack which is
// refused leaves nothing behind. It does not prove who made a pack: a site that needs this signs the file.
//
// Start reading at Write (write.go) and Unpack (unpack.go).
package pack
