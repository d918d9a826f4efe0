// Package document parses the TOML text of a sweep file into a tree of values that know
// where in the text they are, so that errors can point at them.
//
// It guarantees that the values are those of the TOML library, that a text is refused
// before it takes more memory or time than the limits allow, and that a key which gets
// two values is refused, which the library overlooks in some forms. It does not know
// what a sweep is.
//
// The library does not expose positions, so a scanner (scanner.go) finds them. Start
// reading at Parse.
package document
