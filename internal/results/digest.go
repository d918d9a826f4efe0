package results

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"math"
	"strings"

	"eisweep/internal/results/h5"
)

// digester hashes the contents of a result, independently of compression, chunks and library version. Parents come before
// their children, and siblings are sorted by name. Each node is hashed as
//
//	"group" path "\n", or "array" path type dims "\n"  (words separated by spaces, dims by commas)
//	for each attribute by name: "attribute" name type length "\n" and the value's bytes
//	for an array: its elements, little-endian, row-major
//
// The types of attributes are bool, int64, float64 (little-endian) and string (UTF-8). /stdout and /stderr are left out.
type digester struct{ hash.Hash }

func newDigester() digester { return digester{sha256.New()} }

func (d digester) sum() string { return hex.EncodeToString(d.Sum(nil)) }

func (d digester) group(path string) { fmt.Fprintf(d, "group %s\n", path) }

func (d digester) array(path string, t h5.Type, dims []int) {
	text := make([]string, len(dims))
	for i, n := range dims {
		text[i] = fmt.Sprint(n)
	}
	fmt.Fprintf(d, "array %s %v %s\n", path, t, strings.Join(text, ","))
}

func (d digester) attribute(name string, value any) error {
	kind, bytes := "", []byte(nil)
	switch v := value.(type) {
	case bool:
		kind, bytes = "bool", []byte{0}
		if v {
			bytes[0] = 1
		}
	case int64:
		kind, bytes = "int64", binary.LittleEndian.AppendUint64(nil, uint64(v))
	case float64:
		kind, bytes = "float64", binary.LittleEndian.AppendUint64(nil, math.Float64bits(v))
	case string:
		kind, bytes = "string", []byte(v)
	case h5.Text:
		kind, bytes = "string", []byte(v)
	case h5.ASCII:
		kind, bytes = "string", []byte(v)
	default:
		return fmt.Errorf("attribute %s has a type that results don't have: %w", name, ErrNotResult)
	}
	fmt.Fprintf(d, "attribute %s %s %d\n", name, kind, len(bytes))
	d.Write(bytes)
	return nil
}

// digestOf returns the digest of an open file. Soon after ctx ends, it returns ctx's error.
func digestOf(ctx context.Context, f *h5.File, path string) (string, error) {
	d := treeDigester{digester: newDigester(), ctx: ctx, file: f, seen: map[uint64]string{}}
	if err := d.tree("/"); err != nil {
		if errors.Is(err, h5.ErrForm) {
			err = fmt.Errorf("%w: %w", ErrNotResult, err)
		}
		return "", fmt.Errorf("digest result %s: %w", path, err)
	}
	return d.sum(), nil
}
