package results

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"eisweep/internal/results/h5"
)

// digester hashes what a result says, whatever its compression, chunks and
// library version. Nodes come parents first and siblings by name; a node is
//
//	"group" path "\n", or "array" path type dims "\n"  (words separated by spaces, dims by commas)
//	for each attribute by name: "attribute" name type length "\n" and the value's bytes
//	for an array: its elements, little-endian, row-major
//
// Types of attributes are bool, int64, float64 (little-endian) and string
// (UTF-8). /stdout and /stderr take no part.
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

// Digest returns the digest of a result file, in hex. The file must be one whose
// SHA-256 was checked, or that was just written here.
func Digest(path string) (string, error) {
	if err := checkReadable(path); err != nil {
		return "", fmt.Errorf("digest result: %w", err)
	}
	f, err := h5.Open(path)
	if err != nil {
		return "", fmt.Errorf("digest result: %w: %w", ErrNotResult, err)
	}
	defer f.Close()
	d := newDigester()
	if err := d.tree(f, "/"); err != nil {
		return "", fmt.Errorf("digest result %s: %w", path, err)
	}
	return d.sum(), nil
}

func (d digester) tree(f *h5.File, path string) error {
	d.group(path)
	if err := d.attributes(f, path); err != nil {
		return err
	}
	names, err := f.Children(path)
	if err != nil {
		return err
	}
	slices.Sort(names)
	for _, name := range names {
		if err := d.child(f, h5.Child(path, name)); err != nil {
			return err
		}
	}
	return nil
}

func (d digester) child(f *h5.File, path string) error {
	if path == "/stdout" || path == "/stderr" {
		return nil
	}
	kind, err := f.Kind(path)
	if err != nil {
		return err
	}
	switch kind {
	case h5.Group:
		return d.tree(f, path)
	case h5.Dataset:
		return d.dataset(f, path)
	default:
		return fmt.Errorf("%s is neither a group nor an array: %w", path, ErrNotResult)
	}
}

func (d digester) attributes(f *h5.File, path string) error {
	names, err := f.Attributes(path)
	if err != nil {
		return err
	}
	slices.Sort(names)
	for _, name := range names {
		value, err := f.Attribute(path, name)
		if err != nil {
			return err
		}
		if err := d.attribute(name, value); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

func (d digester) dataset(f *h5.File, path string) error {
	a, err := f.OpenArray(path)
	if err != nil {
		return err
	}
	defer a.Close()
	if a.Type.Size() == 0 || len(a.Dims) == 0 || product(a.Dims) <= 0 {
		return fmt.Errorf("%s is %v of shape %v: %w", path, a.Type, a.Dims, ErrNotResult)
	}
	d.array(path, a.Type, a.Dims)
	if err := d.attributes(f, path); err != nil {
		return err
	}
	return d.elements(a)
}

// elements hashes an array chunk by chunk, never holding it whole.
func (d digester) elements(a *h5.Array) error {
	buffer := make([]byte, 0, chunkBytes)
	for b := range blocks(a.Dims, chunkShape(a.Dims, a.Type.Size())) {
		buffer = slices.Grow(buffer[:0], b.n*a.Type.Size())[:b.n*a.Type.Size()]
		if err := a.Read(b.offset, b.count, buffer); err != nil {
			return err
		}
		d.Write(buffer)
	}
	return nil
}

// HashFile returns the SHA-256 of a file, in hex, and its size.
func HashFile(path string) (string, int64, error) {
	if _, err := lookUp(path); err != nil {
		return "", 0, fmt.Errorf("hash file: %w", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", 0, fmt.Errorf("hash file: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		return "", 0, fmt.Errorf("hash file %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), n, nil
}
