package results

import (
	"errors"
	"fmt"

	"eisweep/internal/atomicfile"
)

// ErrNotResult is wrapped when a file is neither a result of eisweep nor one of the published program.
var ErrNotResult = errors.New("not a result file")

// notResult wraps ErrNotResult, unless the system refused to read the file: then its contents are unknown.
func notResult(err error) error {
	if atomicfile.IsRefused(err) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrNotResult, err)
}

// ErrLog is wrapped when a result can be read, except for its log.
var ErrLog = errors.New("its log can't be read")

// ErrUntrained is wrapped when a result has no trained network for PERTURB to start from.
var ErrUntrained = errors.New("holds no trained network")

// SizeError is the error for a file that doesn't have the expected size.
type SizeError struct {
	Path        string
	Bytes, Want int64
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("%s has %d bytes, not %d", e.Path, e.Bytes, e.Want)
}

// ErrorOnlyFile is the error for a file of the published program that contains only the message of the exception that
// ended it.
type ErrorOnlyFile struct {
	Path    string
	Message string // the error_msg; "" when it can't be read
}

func (e *ErrorOnlyFile) Error() string {
	text := fmt.Sprintf("%s holds only an error_msg: the published program failed there", e.Path)
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text + "; run that task again or name another file"
}
