package document

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

// numbered is a text of n keys, k0 and on.
func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "k%d=1\n", i)
	}
	return b.String()
}

// TestManyNames: names are found among few and among many.
func TestManyNames(t *testing.T) {
	root, err := Parse([]byte(numbered(3 * fewFields)))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 * fewFields {
		if f := root.Field(fmt.Sprintf("k%d", i)); f == nil || f.Name != fmt.Sprintf("k%d", i) {
			t.Errorf("k%d is %v", i, f)
		}
	}
	if f := root.Without("k0").Field("k0"); f != nil {
		t.Errorf("a name that was left out is %v", f)
	}
}

// checkCounts looks whether the limits count at least what the TOML library makes of a text.
func checkCounts(t *testing.T, content []byte) {
	t.Helper()
	var data map[string]any
	if _, err := toml.Decode(string(content), &data); err != nil {
		return
	}
	c := counter{scanner: scanner{text: content}}
	deepest, longest := 0, 0
	for c.at < len(content) {
		c.step()
		deepest, longest = max(deepest, c.depth), max(longest, c.parts)
	}
	made := measure(data)
	if made.keys > c.keys || made.values > c.values+c.keys || made.depth > (deepest+2)*(longest+1) {
		t.Errorf("the library makes %+v, counted were %d keys, %d values, depth %d, %d dots of\n%s", made, c.keys, c.values, deepest,
			longest, content)
	}
}

type measured struct{ keys, values, depth int }

func measure(data any) (m measured) {
	add := func(x any) {
		below := measure(x)
		m.keys, m.values, m.depth = m.keys+below.keys, m.values+below.values, max(m.depth, 1+below.depth)
	}
	switch data := data.(type) {
	case map[string]any:
		m.keys = len(data)
		for _, x := range data {
			add(x)
		}
	case []map[string]any:
		m.values = len(data)
		for _, x := range data {
			add(x)
		}
	case []any:
		m.values = len(data)
		for _, x := range data {
			add(x)
		}
	}
	return m
}

// FuzzLimits draws files that nest and repeat, and holds what is read against the limits.
func FuzzLimits(f *testing.F) {
	for _, text := range []string{"a=[[[[[[[[[", "[[[[[[[[[", "a={a={a={", "a.a.a.a.a.a.a.a.a.a=1", `"a" . "a" . a=1`, "a=[{a.a.a=1},{},]",
		"b='\"'\na=[["} {
		f.Add([]byte(text), uint16(1))
	}
	f.Add([]byte(crooked), uint16(3))
	f.Fuzz(func(t *testing.T, content []byte, times uint16) {
		if len(content) > 1<<12 {
			return
		}
		checkCounts(t, content)
		if repeated := bytes.Repeat(content, int(times%512)+1); checkLimits(repeated) == nil {
			checkCounts(t, repeated)
		}
	})
}
