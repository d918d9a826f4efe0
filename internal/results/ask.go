package results

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
)

// Query is a question about a result file that the child of a Prober answers. RunProbe must be given the query, too.
type Query struct {
	Name      string // other than those of other queries, without a space
	MaxAnswer int    // how many bytes an answer may have

	// Answer answers from an open file. The argument is that of Ask.
	Answer func(r *Reader, argument string) ([]byte, error)
}

// Answer is what a child process answered about a file.
type Answer struct {
	Contents        // of it, FileHash and Info
	Bytes    []byte // from Query.Answer
	Err      error  // an error of Query.Answer wraps ErrNotResult; others are those of Probe
}

// askedAtOnce is how many files a child reads at most: starting it takes longer than reading a small file, and every file is
// open from the start. askedChildren is how many children run at once at most: each takes some 50 MiB.
const (
	askedAtOnce   = 32
	askedChildren = 16
)

// Ask has several child processes answer a query about files, and calls each with the answer about paths[i], one call at a
// time and in any order. It calls each once for every file, unless ctx ends or each returns an error: then it returns
// that error soon, and each is no longer called. each should return soon, because a child waits for it. A file that
// breaks a child doesn't keep the others from being read.
func (p Prober) Ask(ctx context.Context, q Query, argument string, paths []string, each func(i int, a Answer) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	children := min(runtime.GOMAXPROCS(0), askedChildren, len(paths))
	a := asking{prober: p, query: q, argument: argument, paths: paths, each: each, cancel: cancel}
	a.batch = min(1+len(paths)/(4*max(children, 1)), askedAtOnce) // so that the last children end at about the same time
	var running sync.WaitGroup
	for range children {
		running.Go(func() { a.work(ctx) })
	}
	running.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// asking is a running Ask.
type asking struct {
	prober   Prober
	query    Query
	argument string
	paths    []string
	batch    int          // how many files a child reads
	next     atomic.Int64 // the first batch that nobody has taken
	cancel   context.CancelCauseFunc

	mu   sync.Mutex
	each func(i int, a Answer) error
}

// work has one child after another answer about a batch of files.
func (a *asking) work(ctx context.Context) {
	for ctx.Err() == nil {
		first := int(a.next.Add(1)-1) * a.batch
		if first >= len(a.paths) {
			return
		}
		a.askBatch(ctx, first, min(first+a.batch, len(a.paths)))
	}
}

// asked is an open file that a child is asked about.
type asked struct {
	index int
	file  *os.File
}

// askBatch answers about the files from first up to end.
func (a *asking) askBatch(ctx context.Context, first, end int) {
	var open []asked
	for i := first; i < end; i++ {
		f, err := openRegular(a.paths[i])
		if err != nil {
			_ = a.report(ctx, i, Answer{Err: fmt.Errorf("read result: %w", err)})
			continue
		}
		defer f.Close()
		open = append(open, asked{i, f})
	}
	for len(open) > 0 && ctx.Err() == nil {
		n, err := a.askChild(ctx, open)
		if open = open[n:]; len(open) > 0 && ctx.Err() == nil { // the first that is left ended the child
			if err == nil {
				err = fmt.Errorf("%w: the child process that reads it gave no answer", ErrNotResult)
			}
			_ = a.report(ctx, open[0].index, Answer{Err: fmt.Errorf("read result %s: %w", open[0].file.Name(), err)})
			open = open[1:]
		}
	}
}

// askChild has a child answer, and returns about how many files it did.
func (a *asking) askChild(ctx context.Context, open []asked) (n int, err error) {
	files := make([]*os.File, len(open))
	for i, f := range open {
		files[i] = f.file
	}
	stream := answerStream{limit: a.query.MaxAnswer, answered: func(line, text []byte) error {
		if n == len(open) {
			return errors.New("there are more answers than files")
		}
		f := open[n]
		n++
		answer := Answer{Bytes: text}
		if answer.Contents, answer.Err = decodeProbe(line, f.file.Name()); answer.Err == nil {
			answer.FileHash, answer.Err = HashOpen(ctx, f.file)
		}
		return a.report(ctx, f.index, answer)
	}}
	err = a.prober.start(ctx, a.query.Name+" "+a.argument, files, &stream)
	if stream.err != nil {
		err = fmt.Errorf("%w: %w", ErrNotResult, stream.err)
	}
	return n, err
}

// report passes an answer on. An error has ended ctx.
func (a *asking) report(ctx context.Context, i int, answer Answer) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := a.each(i, answer); err != nil {
		a.cancel(err)
		return err
	}
	return nil
}
