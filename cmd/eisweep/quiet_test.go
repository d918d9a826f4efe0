package main

import (
	"bytes"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
)

// quiet is an environment whose output is collected.
func quiet() (*cli.Env, *bytes.Buffer, *bytes.Buffer) {
	var out, err bytes.Buffer
	e := cli.NewEnv(strings.NewReader(""), &out, &err, func(string) string { return "" })
	return e, &out, &err
}
