package manifest

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
)

// A line of a manifest ends with its check value, which later fields go before:
//
//	{"id":…,"finished":"…","check":"8a9136aa"}
//
// It is the CRC-32C of the line's bytes before `,"check"`, in hex. It finds flipped bits that
// leave valid JSON; it is no protection from people. Lines of earlier versions have none.
const (
	checkField  = `,"check":"`
	checkDigits = 8
	checkLength = len(checkField) + checkDigits + len(`"}`)
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errCheck is the error of a line that is not as it was written.
var errCheck = errors.New("its check value does not match")

// appendChecked appends a JSON object to a manifest's text, with its check value and the
// end of the line.
func appendChecked(to, object []byte) []byte {
	open := bytes.TrimSuffix(object, []byte("}"))
	return fmt.Appendf(append(to, open...), "%s%s\"}\n", checkField, checkValue(open))
}

func checkValue(text []byte) string {
	return hex.EncodeToString(binary.BigEndian.AppendUint32(nil, crc32.Checksum(text, castagnoli)))
}

// checkLine compares a line with its check value, and reports whether it has one; one without passes. A line whose value
// is right and whose name for it is not has a damaged name: it is not a line without one.
func checkLine(text []byte) (checked bool, err error) {
	text = bytes.TrimRight(text, "\r\n")
	if len(text) < checkLength {
		return false, nil
	}
	before, tail := text[:len(text)-checkLength], text[len(text)-checkLength:]
	named := bytes.HasPrefix(tail, []byte(checkField)) && bytes.HasSuffix(tail, []byte(`"}`))
	matches := string(tail[len(checkField):][:checkDigits]) == checkValue(before)
	if named != matches {
		return false, errCheck
	}
	return named, nil
}
