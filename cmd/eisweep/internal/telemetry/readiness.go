package telemetry

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
)

// Root is the storage that a process needs.
type Root interface {
	// Space returns how many bytes and how many files more its file system takes.
	Space() (bytes, files int64, err error)
}

// NATS is the connection that a process needs.
type NATS interface {
	// RoundTrip returns how long NATS takes to answer a ping.
	RoundTrip(ctx context.Context) (time.Duration, error)
}

// The least that a file system must have left.
const (
	leastBytes = 64 << 20
	leastFiles = 100
	unlimited  = math.MaxInt64 // files of a file system that does not count them
)

// natsTimeout is how long NATS may take to answer.
const natsTimeout = 5 * time.Second

// Whoever asks learns no more: the errors themselves have addresses and paths.
var (
	errNATS    = errors.New("NATS does not answer")
	errStorage = errors.New("the storage of the root does not answer")
)

// checkSurroundings returns why a process cannot work: NATS does not answer, or the disk is full.
func checkSurroundings(n NATS, r Root) error {
	ctx, cancel := context.WithTimeout(context.Background(), natsTimeout)
	defer cancel()
	if _, err := n.RoundTrip(ctx); err != nil {
		return errNATS
	}
	bytes, files, err := r.Space()
	switch {
	case err != nil:
		return errStorage
	case bytes < leastBytes:
		return fmt.Errorf("the disk of the root is full: %s are free, and %s are needed", cli.Size(bytes), cli.Size(leastBytes))
	case files < leastFiles:
		return fmt.Errorf("the file system of the root takes only %d more files", files)
	}
	return nil
}
