package results

import (
	"errors"
	"fmt"

	"eisweep/internal/atomicfile"
)

// ErrNotResult is wrapped when a file is not a result, neither ours nor the
// published program's.
var ErrNotResult = errors.New("not a result file")

// notResult wraps ErrNotResult, unless the system refused to read the file: then nobody knows what it is.
func notResult(err error) error {
	if atomicfile.IsRefused(err) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrNotResult, err)
}

// ErrLog is wrapped when only the log of a result can't be read.
var ErrLog = errors.New("its log can't be read")

// ErrUntrained is wrapped when a result holds no trained network that PERTURB
// could push.
var ErrUntrained = errors.New("holds no trained network")

// SizeError is the error of a file whose size rules out the bytes that it should have.
type SizeError struct {
	Path        string
	Bytes, Want int64
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("%s has %d bytes, not %d", e.Path, e.Bytes, e.Want)
}

// ErrorOnlyFile is the error for a file of the published program that holds only
// the message of the exception that ended it.
type ErrorOnlyFile struct {
	Path    string
	Message string // the error_msg, "" when it can't be read
}

func (e *ErrorOnlyFile) Error() string {
	text := fmt.Sprintf("%s holds only an error_msg: the published program failed there", e.Path)
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text + "; run that task again or name another file"
}
