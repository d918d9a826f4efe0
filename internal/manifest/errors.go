package manifest

import "errors"

// ErrDamaged is wrapped when a manifest has a line that cannot be read, or whose check value does not match.
var ErrDamaged = errors.New("damaged, which `eisweep verify` repairs")

// ErrChanged is wrapped when another program moved, replaced, cut or appended to a manifest that this one writes.
var ErrChanged = errors.New("another program has changed it")
