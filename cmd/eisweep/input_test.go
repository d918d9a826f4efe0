package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"eisweep/cmd/eisweep/internal/cli"
)

// signals that end the program while it waits for input, with the exit codes.
var endings = map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143, syscall.SIGXCPU: 143}

// TestSignalsEndTheWaitForAPipe: nobody writes to the pipe that is given as a sweep file.
func TestSignalsEndTheWaitForAPipe(t *testing.T) {
	for signal, code := range endings {
		t.Run(signal.String(), func(t *testing.T) {
			pipe := filepath.Join(t.TempDir(), "sweep.toml")
			if err := syscall.Mkfifo(pipe, 0o600); err != nil {
				t.Fatal(err)
			}
			p := startProcess(t, "plan", pipe, "-p", t.TempDir())
			writer := opened(t, pipe)
			defer writer.Close()
			p.cmd.Process.Signal(signal)
			if got, _ := p.end(); got != code {
				t.Errorf("exit code %d, want %d:\n%s", got, code, &p.stderr)
			}
		})
	}
}

// opened opens a pipe for writing, once a process reads it.
func opened(t *testing.T, pipe string) *os.File {
	t.Helper()
	w, err := cli.UnlessDone(withDeadline(t), func() (*os.File, error) { return os.OpenFile(pipe, os.O_WRONLY, 0) })
	if err != nil {
		t.Fatalf("nobody reads %s: %v", pipe, err)
	}
	return w
}

func withDeadline(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	t.Cleanup(cancel)
	return ctx
}

// TestSignalsEndTheWaitForStdin: a sweep file comes through stdin and doesn't end.
func TestSignalsEndTheWaitForStdin(t *testing.T) {
	for signal, code := range endings {
		t.Run(signal.String(), func(t *testing.T) {
			cmd := exec.Command("eisweep", "plan", "/dev/stdin", "-p", t.TempDir())
			stdin, err := cmd.StdinPipe()
			if err == nil {
				err = cmd.Start()
			}
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { cmd.Process.Kill() })
			comment := bytes.Repeat([]byte("# more than a pipe holds\n"), 100_000)
			if _, err := cli.UnlessDone(withDeadline(t), func() (int, error) { return stdin.Write(comment) }); err != nil {
				t.Fatalf("stdin isn't read: %v", err)
			}
			cmd.Process.Signal(signal)
			cli.UnlessDone(withDeadline(t), func() (int, error) { return 0, cmd.Wait() })
			if got := cmd.ProcessState.ExitCode(); got != code {
				t.Errorf("exit code %d, want %d", got, code)
			}
		})
	}
}

// TestSignalsThatWereIgnoredStayIgnored: a shell keeps them from what it starts in the background.
func TestSignalsThatWereIgnoredStayIgnored(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "sweep.toml")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c", `trap '' INT TERM HUP XCPU QUIT PIPE; exec eisweep plan "$@"`, "sh", pipe, "-p", t.TempDir())
	var told bytes.Buffer
	cmd.Stdout, cmd.Stderr = &told, &told
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	writer := opened(t, pipe)
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGXCPU, syscall.SIGQUIT,
		syscall.SIGPIPE} {
		cmd.Process.Signal(signal)
	}
	text, err := os.ReadFile(sweepFile(t, "small", "1", "[1]"))
	if err != nil {
		t.Fatal(err)
	}
	writer.Write(text)
	writer.Close()
	if _, err := cli.UnlessDone(withDeadline(t), func() (int, error) { return 0, cmd.Wait() }); err != nil {
		t.Errorf("%v:\n%s", err, &told)
	}
}

// TestSignalsEndTheWaitForAnAnswer: a question is put, and a signal comes instead of an answer.
func TestSignalsEndTheWaitForAnAnswer(t *testing.T) {
	root := t.TempDir()
	must(t, "run", sweepFile(t, "small", "1", "[1]"), "-p", root)
	for name, args := range map[string][]string{
		"source":    {"run", "-e", "PERTURB", "-p", root},
		"supersede": {"run", sweepFile(t, "small", "2", "[1]"), "-p", root},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(withDeadline(t))
			e, _, told := quiet()
			answers, person := io.Pipe()
			defer person.Close()
			e.Interactive, e.Stdin = true, signalling{answers, func() { cancel(&cli.Interrupted{Signal: syscall.SIGINT}) }}
			command := newCommand(e)
			command.SetArgs(args)
			if err := command.ExecuteContext(ctx); cli.ExitCode(err) != 130 {
				t.Errorf("exit code %d (%v):\n%s", cli.ExitCode(err), err, told)
			}
		})
	}
}

// signalling calls a function when it is read.
type signalling struct {
	io.Reader
	read func()
}

func (s signalling) Read(text []byte) (int, error) {
	s.read()
	return s.Reader.Read(text)
}

// TestWhatIsNoSweepFile is refused, whatever it is and however long it is.
func TestWhatIsNoSweepFile(t *testing.T) {
	dir := t.TempDir()
	large := filepath.Join(dir, "large.toml")
	if err := os.WriteFile(large, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(large, 3<<30); err != nil {
		t.Fatal(err)
	}
	deep := filepath.Join(dir, "deep.toml")
	if err := os.WriteFile(deep, []byte("a="+strings.Repeat("[", 3_000_000)), 0o644); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/dev/zero": "the file is larger than 64 MiB",
		large:       "the file is larger than 64 MiB",
		deep:        "deep.toml:1:11: brackets nested deeper than 8",
		dir + "/":   "is a directory: name a file in it",
		"/dev/null": "the sweep has no name",
	} {
		exits(t, cli.ExitInput, want, "plan", path, "-p", dir)
	}
}

// TestLongArgumentsAreCut: an error doesn't repeat all that it was given.
func TestLongArgumentsAreCut(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	small := sweepFile(t, "small", "1", "[1]")
	for _, args := range [][]string{
		{"plan", small, "--set", "numint.n_trials=" + long}, {"plan", small, "--set", long + "=1"}, {"plan", small, "--set", long},
		{"plan", small, "--set", "sy.w_dist=" + long}, {"plan", small, "--seeds", long}, {"plan", small, "--add-seeds", "1-" + long}, {"plan",
			small, "--as", long},
		{"plan", small, "--source", long}, {"plan", "-e", long}, {"plan", long}, {"plan", "-n", long, "-e", "APPROXIMATE"}, {"tasks", "small",
			"--where", long},
		{"tasks", "small", "--class", long}, {"tasks", "small", "--task", long}, {"params", long}, {"show", long}, {long}, {"help", long},
		{"plan", "--" + long},
		{"run", small, "--workers", long}, {"launch", small, "--priority", long}, {"explain", long}, {"logs", long}, {"rerun", long}, {"verify",
			long}, {"clean", long},
		{"status", long}, {"completion", long}, {"bench", long}, {"drain", long}, {"worker", "--deadline", long}, {"worker", "--memory", long},
	} {
		e, out, told := quiet()
		command := newCommand(e)
		switch args[0] {
		case "plan", "tasks", "show", "run", "launch", "explain", "logs", "rerun", "verify", "clean", "status", "drain", "worker":
			args = append(args, "-p", t.TempDir())
		}
		command.SetArgs(args)
		err := command.ExecuteContext(withDeadline(t))
		if n := len(cli.ErrorText(err)) + out.Len() + told.Len(); err == nil || n > 3000 {
			t.Errorf("eisweep %.60s: %d bytes, error %.200v", strings.Join(args, " "), n, err)
		}
	}
}
