package natsserver

import (
	"encoding/binary"
	"testing"
)

// state encodes numbers as the server's file of a consumer's state has them.
func state(version byte, numbers ...uint64) []byte {
	text := []byte{stateMagic, version}
	for _, n := range numbers {
		text = binary.AppendUvarint(text, n)
	}
	return text
}

func TestExcessiveStates(t *testing.T) {
	const huge = 1 << 40
	for name, c := range map[string]struct {
		text      []byte
		excessive bool
	}{
		"none":                         {nil, false},
		"other":                        {[]byte("other"), false},
		"later version":                {state(3, 1, 1, 1, 1, huge), false},
		"nothing pending":              {state(2, 1, 1, 1, 1, 0, 0), false},
		"one pending":                  {state(2, 1, 1, 2, 2, 1, 100, 1, 1, 0, 0), false},
		"one pending of version 1":     {state(1, 1, 1, 2, 2, 1, 100, 1, 0, 0), false},
		"one redelivered":              {state(2, 1, 1, 2, 2, 0, 1, 1, 3), false},
		"pending and redelivered":      {state(2, 1, 1, 2, 2, 1, 100, 1, 1, 0, 1, 1, 3), false},
		"cut in a sequence":            {state(2, 1, 1), false},
		"cut in the pending":           {state(2, 1, 1, 4, 4, 3, 100, 1, 1, 1, 2), false},
		"many pending":                 {state(2, 1, 1, 2, 2, huge, 100, 1, 1, 0, 0), true},
		"a bit too many":               {state(2, 1, 1, 2, 2, 1<<7|1, 100, 1, 1, 0, 0), true},
		"many redelivered":             {state(2, 1, 1, 2, 2, 0, huge, 1, 3), true},
		"many redelivered and pending": {state(2, 1, 1, 2, 2, 1, 100, 1, 1, 0, huge), true},
	} {
		if err := excessiveState(c.text); (err != nil) != c.excessive {
			t.Errorf("%s: %v", name, err)
		}
	}
}
