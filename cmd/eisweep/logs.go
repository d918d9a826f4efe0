package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/history"
	"eisweep/cmd/eisweep/internal/inspect"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/internal/atomicfile"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

func newLogsCommand(e *cli.Env) *cobra.Command {
	var choice selection.Root
	var c client.Connection
	var l logView
	cmd := &cobra.Command{
		Use:   "logs TASK",
		Short: "Print the logs of a task",
		Long: `Print the logs of a task's attempts, oldest first, and why each attempt ended. --follow
prints new lines until the task is done or has failed.

TASK is a task's id (t and 32 hex digits) or a unique prefix.`,
		Example: `  eisweep logs t3f0c1ab2
  eisweep logs t3f0c1ab2 --follow`,
		Args: cli.ExactlyOne("a task's id"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !inspect.LooksLikeID(args[0]) {
				return cli.Usagef("%q is not a task id (t and hex digits); `eisweep tasks SWEEP` lists the ids of a sweep's tasks", args[0])
			}
			r, err := choice.Open(e)
			if err != nil {
				return err
			}
			if err := l.find(cmd.Context(), r, args[0]); err != nil {
				return err
			}
			l.endings = history.NewEndings(r, l.id)
			if l.follow {
				return l.followOn(cmd.Context(), e, r, &c)
			}
			if err := l.print(cmd.Context(), e, r); err != nil || l.printed > 0 {
				return err
			}
			e.Notef("%s has no log: it has not run yet, or `eisweep clean` removed its log; see `eisweep explain %s%s`", l.id,
				l.id, e.RootFlag)
			return nil
		},
	}
	choice.AddFlag(cmd)
	c.AddFlags(cmd, e)
	cmd.Flags().BoolVarP(&l.follow, "follow", "f", false, "print new lines until the task is done or has failed")
	cmd.Flags().BoolVar(&l.asJSON, "json", false, "write JSON, one object per line of a log")
	cmd.ValidArgsFunction = cli.CompleteFirst(loggedTasks(e, &choice))
	return cmd
}

// longestLogLine is in bytes. A longer line is printed in pieces of this length.
const longestLogLine = 64 << 10

// logView prints the logs of a task's attempts.
type logView struct {
	follow, asJSON bool
	id             sweeps.ID
	read           map[uint64]int64   // how far, by inode
	last           inspect.AttemptLog // whose lines were printed last
	printed        int                // lines
	endings        *history.Endings   // nil if they cannot be read
	ended          []history.Ending   // not printed yet
}

// find completes the id: from the names of the logs, which is fast, else from all tasks.
func (l *logView) find(ctx context.Context, r *root.Root, prefix string) error {
	l.read = map[uint64]int64{}
	ids := map[string]bool{}
	paths, err := filepath.Glob(filepath.Join(atomicfile.GlobLiteral(r.Private("logs")), prefix+"*"))
	if err != nil {
		return err
	}
	for _, path := range paths {
		id, _, _ := strings.Cut(filepath.Base(path), ".")
		ids[id] = true
	}
	if len(ids) > 1 {
		return cli.Usagef("%s matches the ids of %d tasks: give more characters", prefix, len(ids))
	}
	for id := range ids {
		l.id, err = sweeps.ParseID(id)
		return err
	}
	launched, err := r.Sweeps()
	if err != nil {
		return err
	}
	a, err := inspect.FindTask(ctx, r, launched, prefix)
	if err != nil {
		return err
	}
	l.id = a.ID
	return nil
}

// print writes what the logs have got since the last time, in their order.
func (l *logView) print(ctx context.Context, e *cli.Env, r *root.Root) error {
	logs, err := inspect.AttemptLogs(r, l.id)
	if err != nil {
		return err
	}
	if l.endings != nil {
		more, err := l.endings.Next()
		if err != nil {
			e.Notef("why attempts ended is not known: %v", err)
			l.endings = nil
		}
		l.ended = append(l.ended, more...)
	}
	for _, n := range logs {
		if err := l.printLog(ctx, e, n); err != nil {
			return err
		}
		if err := l.printEndings(e, n); err != nil {
			return err
		}
	}
	for _, x := range l.ended {
		if err := l.printEnding(e, inspect.AttemptLog{Run: x.Run, Token: x.Token, Attempt: x.Attempt}, x.Text); err != nil {
			return err
		}
	}
	l.ended = nil
	return nil
}

// printEndings prints how the attempt of a log ended.
func (l *logView) printEndings(e *cli.Env, n inspect.AttemptLog) error {
	var rest []history.Ending
	for _, x := range l.ended {
		if x.Run != n.Run || x.Token != n.Token {
			rest = append(rest, x)
		} else if err := l.printEnding(e, n, x.Text); err != nil {
			return err
		}
	}
	l.ended = rest
	return nil
}

// printEnding prints how an attempt ended, or, if it has no number, the task.
func (l *logView) printEnding(e *cli.Env, n inspect.AttemptLog, text string) error {
	l.printed++
	switch {
	case l.asJSON:
		return e.Encoder().Encode(logLineJSON{ID: l.id, Run: n.Run, Attempt: n.Attempt, Token: n.Token, Ended: text})
	case n.Attempt == 0:
		e.Linef("run %d: %s", n.Run, text)
	default:
		e.Linef("attempt %d: %s", n.Attempt, text)
	}
	return nil
}

func (l *logView) printLog(ctx context.Context, e *cli.Env, n inspect.AttemptLog) error {
	f, err := atomicfile.Open(n.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // cleaned in between
	}
	if err != nil {
		return fmt.Errorf("read log: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("read log: %w", err)
	}
	number := info.Sys().(*syscall.Stat_t).Ino
	in := bufio.NewReaderSize(io.NewSectionReader(f, l.read[number], math.MaxInt64-l.read[number]), longestLogLine)
	for ctx.Err() == nil {
		line, err := in.ReadSlice('\n')
		if err == io.EOF && (len(line) == 0 || l.follow) {
			return nil // the rest of a line that is being written is read again
		}
		if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
			return fmt.Errorf("read log: %w", err)
		}
		l.read[number] += int64(len(line))
		if err := l.line(e, n, strings.TrimRight(string(line), "\n")); err != nil {
			return err
		}
	}
	return cli.OrInterrupted(ctx, ctx.Err())
}

// logLineJSON is a line of `logs --json`.
type logLineJSON struct {
	ID      sweeps.ID `json:"id"`
	Run     int       `json:"run"`
	Attempt int       `json:"attempt"`
	Token   string    `json:"token"`
	Line    string    `json:"line"`
	Ended   string    `json:"ended,omitempty"` // why the attempt ended, or the task, if attempt is 0; line is "" then
}

func (l *logView) line(e *cli.Env, n inspect.AttemptLog, text string) error {
	l.printed++
	if l.asJSON {
		out := e.Encoder()
		return out.Encode(logLineJSON{ID: l.id, Run: n.Run, Attempt: n.Attempt, Token: n.Token, Line: text})
	}
	if n != l.last {
		e.Linef("run %d, attempt %d", n.Run, n.Attempt)
		l.last = n
	}
	e.Linef("  %s", text)
	return nil
}

// Times between two looks at the logs, and two questions to the coordinator.
const (
	logTime    = 500 * time.Millisecond
	settleTime = 2 * time.Second
)

// followOn prints until the task is settled, or nobody is there to run it.
func (l *logView) followOn(ctx context.Context, e *cli.Env, r *root.Root, c *client.Connection) error {
	ticker := time.NewTicker(logTime)
	defer ticker.Stop()
	open := client.Open // which notes once that the coordinator does not answer
	for next := time.Now(); ; {
		ended := ""
		if !time.Now().Before(next) {
			out, served, err := explainTarget(ctx, e, r, c, l.id.String(), open)
			open = client.OpenQuietly
			if err != nil {
				return cli.OrInterrupted(ctx, err)
			}
			if out.State == "done" || out.State == "failed" || !served && out.Remedy != "" {
				ended = out.Reason
			}
			next = time.Now().Add(settleTime)
		}
		if err := l.print(ctx, e, r); err != nil {
			return err
		}
		if ended != "" {
			e.Notef("%s: %s", l.id, ended)
			return nil
		}
		select {
		case <-ctx.Done():
			return cli.OrInterrupted(ctx, ctx.Err())
		case <-ticker.C:
		}
	}
}

// loggedTasks completes the ids of tasks that have logs.
func loggedTasks(e *cli.Env, choice *selection.Root) func() []string {
	return func() []string {
		r := choice.OpenQuietly(e)
		if r == nil {
			return nil
		}
		entries, _ := os.ReadDir(r.Private("logs"))
		var ids []string
		for _, entry := range entries {
			if id, _, ok := strings.Cut(entry.Name(), "."); ok && inspect.LooksLikeID(id) {
				ids = append(ids, id)
			}
		}
		return slices.Compact(ids)
	}
}
