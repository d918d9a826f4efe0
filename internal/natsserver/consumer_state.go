package natsserver

import (
	"encoding/binary"
	"fmt"
)

// consumerState is the server's file of a consumer's state, from its magic byte and version on.
const (
	stateFile     = "o.dat"
	stateMagic    = 22
	stateHeader   = 2
	statePosition = 4 // sequence numbers before the first count
)

// excessiveState reports whether a consumer's state claims more entries than its bytes can hold.
// The server takes the memory for as many as it claims before it reads them, which ends the
// process. The server itself notices all other damage, which is accepted here.
func excessiveState(text []byte) error {
	if len(text) < stateHeader || text[0] != stateMagic {
		return nil
	}
	version, rest := text[1], text[stateHeader:]
	if version != 1 && version != 2 {
		return nil
	}
	for range statePosition {
		if _, rest = varint(rest); rest == nil {
			return nil
		}
	}
	pending, rest := varint(rest)
	if pending > uint64(len(rest)) {
		return fmt.Errorf("its state claims %d pending messages in %d bytes", pending, len(rest))
	}
	if pending > 0 {
		numbers := 1 + pending*(1+uint64(version)) // the oldest time; then the sequences and the time of each
		for range numbers {
			if _, rest = varint(rest); rest == nil {
				return nil
			}
		}
	}
	if again, rest := varint(rest); again > uint64(len(rest)) {
		return fmt.Errorf("its state claims %d redelivered messages in %d bytes", again, len(rest))
	}
	return nil
}

// varint reads a number of variable length, signed or not, and returns what follows it; nil if
// there is none.
func varint(text []byte) (uint64, []byte) {
	n, length := binary.Uvarint(text)
	if length <= 0 {
		return 0, nil
	}
	return n, text[length:]
}
