// Package archtest holds no code, only tests: the rules that the whole repository keeps and no single package could check.
// Which package may import which, where cgo, flags, environment and signals may appear, how tests wait, that links in the
// documentation lead somewhere, and that the commands on the front page run. It guarantees nothing of what the program
// computes. Start reading in imports_test.go, whose table lists what each package may import.
package archtest
