//go:build linux

// Package linuxonly is empty. The program imports it only in builds for other systems, where it
// has no files, so that such a build fails at once with an error that names this package.
package linuxonly
