//go:build linux

// Package linuxonly holds nothing. The program imports it where it is built for another
// system than Linux: that build ends at once, with this package's name.
package linuxonly
