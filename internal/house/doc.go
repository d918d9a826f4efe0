// Package house holds no code, only tests: the rules that the whole repository keeps and no single room could check.
// Which room may import which, where cgo, flags, environment and signals may appear, how tests wait, that links in the
// documentation lead somewhere, and that the commands on the front page run. It guarantees nothing of what the program
// computes. Start reading in imports_test.go, whose table is the plan of the house.
package house
