package document

import (
	"reflect"
	"testing"

	"github.com/BurntSushi/toml"

	"eisweep/sweeps/shipped"
)

const crooked = "\ttop.\"quo ted\" . 'x.y' = 1 # a = 2\r\n" + `
["a" . b] # [c]
"k=" = """
not = "this" # nor this """""
s = '''it's''' 
dates = [1979-05-27 07:32:00, 07:32:00 , # ]
  -inf,]
in = { x.y = [ { z = "}]" }, {} ], w = true}
[[many]]
n = 1
[many.sub]
deep = 0x1F
[[many]]
n = 2
[[many.sub]]
deep = "\"\\"
`

func TestPlacesOfACrookedFile(t *testing.T) {
	checkPlaces(t, []byte(crooked))
	checkCounts(t, []byte(crooked))
}

func FuzzPlaces(f *testing.F) {
	f.Add([]byte(crooked))
	f.Add([]byte("a=[[1,[2]],'''x''']\nb={c=1}"))
	f.Add([]byte("\"\"{00\"\"0000000000000000#"))
	f.Add([]byte("a={0.0=[{0=1},{} ],0=true}")) // which the library takes for TOML
	for _, name := range shipped.Names() {
		content, err := shipped.Read(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		scan(content) // ends, whatever the text
		checkPlaces(t, content)
		checkCounts(t, content)
	})
}

// checkPlaces checks that every value is where the scanner says.
func checkPlaces(t *testing.T, content []byte) {
	t.Helper()
	root, err := Parse(content)
	if err != nil {
		return
	}
	var check func(n *Node)
	check = func(n *Node) {
		for _, f := range n.Fields {
			if f.Key == (Span{}) {
				t.Errorf("%q has no place in\n%s", f.Name, content)
			}
			check(f)
		}
		for _, item := range n.Items {
			check(item)
		}
		if n.Value == (Span{}) {
			return
		}
		var one map[string]any
		text := string(content[n.Value.Start:n.Value.End])
		if _, err := toml.Decode("x = "+text, &one); err != nil || !same(one["x"], n.Data) {
			t.Errorf("%q: at %v stands %q, which is %v, want %v (%v) in\n%s", n.Name, n.Value, text, one["x"], n.Data, err, content)
		}
	}
	check(root)
}

// same is DeepEqual but that NaN is NaN.
func same(a, b any) bool {
	if x, ok := a.(float64); ok && x != x {
		y, ok := b.(float64)
		return ok && y != y
	}
	if x, ok := a.([]any); ok {
		y, ok := b.([]any)
		for i := range x {
			if !ok || len(y) != len(x) || !same(x[i], y[i]) {
				return false
			}
		}
		return ok && len(x) == len(y)
	}
	if x, ok := a.(map[string]any); ok {
		y, ok := b.(map[string]any)
		for k := range x {
			if !ok || !same(x[k], y[k]) {
				return false
			}
		}
		return ok && len(x) == len(y)
	}
	return reflect.DeepEqual(a, b)
}
