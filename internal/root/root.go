// Package root is the folder of everything: where a sweep's results, the files
// on their way and the secrets lie, and who may work in it.
//
// It guarantees that a folder which others could tamper with is refused, and
// that one coordinator at a time holds the lock. It knows nothing of what the
// files mean. Start reading at Open.
package root
