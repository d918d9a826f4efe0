package table

import (
	"bytes"
	"os/exec"
	"testing"
)

// python runs a script on an input and returns its output.
func python(t *testing.T, input []byte, arguments ...string) []byte {
	t.Helper()
	program := exec.Command("/usr/bin/python3", arguments...)
	var out, problem bytes.Buffer
	program.Stdin, program.Stdout, program.Stderr = bytes.NewReader(input), &out, &problem
	if err := program.Run(); err != nil {
		t.Fatalf("python3 %v: %v (on Debian: apt-get install python3-scipy python3-pandas)\n%s", arguments, err, problem.Bytes())
	}
	return out.Bytes()
}
