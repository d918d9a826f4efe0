package results

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// TestMain is also the child process of Prober's tests.
func TestMain(m *testing.M) {
	what, call, _ := strings.Cut(os.Getenv("EISWEEP_TEST_CHILD"), " ")
	switch what {
	case "refused":
		if err := errors.Join(refuseCall(call), RunProbe(os.Args[1], os.Args[2:], os.Stdout)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	case "probe":
		if err := RunProbe(os.Args[1], os.Args[2:], os.Stdout, testQueries()...); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	case "swap":
		path := os.Args[len(os.Args)-1]
		if err := os.Rename(path+".other", path); err != nil {
			os.Exit(1)
		}
		if err := RunProbe(os.Args[1], os.Args[2:], os.Stdout); err != nil {
			os.Exit(1)
		}
	case "sometimes": // a file of that name breaks it
		read, err := reading(os.Args[1], testQueries())
		if err != nil {
			os.Exit(1)
		}
		for i, path := range os.Args[2:] {
			if strings.HasPrefix(filepath.Base(path), "hostile") {
				os.Exit(3)
			}
			answer, text := probe(read, os.NewFile(uintptr(3+i), path))
			if err := writeAnswer(os.Stdout, &answer, text); err != nil {
				os.Exit(1)
			}
		}
	case "crash":
		var nothing *int
		*nothing = 1
	case "limits":
		printLimits()
	case "flood":
		for {
			if _, err := os.Stdout.Write(make([]byte, 1<<20)); err != nil {
				os.Exit(1)
			}
		}
	case "memory":
		if err := limitProbe(0); err != nil {
			os.Exit(0)
		}
		for have := [][]byte{}; ; {
			have = append(have, bytes.Repeat([]byte{1}, 64<<20))
		}
	case "family":
		again := exec.Command("/bin/sh", "-c", `exec 9>"$EISWEEP_TEST_PIPE"; exec tail -f /dev/null`)
		again.Stdout = os.Stdout
		_ = again.Run()
	default:
		code := m.Run()
		if err := goleak.Find(); err != nil && code == 0 {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
		os.Exit(code)
	}
}
