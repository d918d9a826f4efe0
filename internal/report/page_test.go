package report

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"eisweep/internal/table"
)

// hostile is text that would be a script if it were not escaped.
const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)>`

func example(rows int) *Page {
	id := table.Column{Name: "id", Role: table.Identity}
	cc := table.Column{Name: "cc_median", Unit: "1", Kind: table.Number, Role: table.Measure}
	for i := range rows {
		id.Text = append(id.Text, "t"+strings.Repeat("0", i%7)+hostile)
		cc.Numbers = append(cc.Numbers, float64(i)/7)
	}
	t := &table.Table{Columns: []table.Column{id, cc}}
	return &Page{
		Sweep: "my" + hostile, Summary: hostile, Facts: []Fact{{"hosts", hostile}}, File: "name = " + hostile, Quality: []Fact{{"sound", "3"}},
		Suspects: t.Where(func(row int) bool { return row == 0 }), Measures: []Definition{{"cc_median", "1/s", hostile}}, Averages: t, Rows: t,
		Complete: t, Failures: []Failure{{hostile, hostile, "numeric", hostile}}, Reproduce: []string{"eisweep run my.toml"}, Citation: hostile,
		Sections: []FigureGroup{{ID: "panels", Title: "Panels", Text: "Text.", Figures: []Figure{
			{Title: hostile, Text: hostile, SVG: []byte(`<svg width="1"><path d="M0 0"/></svg>`), Data: []byte("x,y\n1,2\n")}}}},
	}
}

func write(t *testing.T, p *Page) string {
	t.Helper()
	var out strings.Builder
	if err := p.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// nodes walks the elements of a page.
func nodes(t *testing.T, text string, each func(n *html.Node, attributes map[string]string)) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			attributes := map[string]string{}
			for _, a := range n.Attr {
				attributes[a.Key] = a.Val
			}
			each(n, attributes)
		}
	}
}

// Nothing in a page is fetched, run or sent, whatever the names in it are.
func TestAPageLoadsAndRunsNothing(t *testing.T) {
	elements := map[string]int{}
	nodes(t, write(t, example(3)), func(n *html.Node, attributes map[string]string) {
		elements[n.Data]++
		for name, value := range attributes {
			local := strings.HasPrefix(value, "#") || strings.HasPrefix(value, "data:")
			if strings.HasPrefix(name, "on") || name == "src" || name == "href" && !local {
				t.Errorf("<%s %s=%q>", n.Data, name, value)
			}
		}
		if attributes["http-equiv"] == "Content-Security-Policy" && !strings.HasPrefix(attributes["content"], "default-src 'none'; ") {
			t.Errorf("policy %q", attributes["content"])
		}
	})
	for _, refused := range []string{"script", "img", "iframe", "object", "form", "base"} {
		if elements[refused] > 0 {
			t.Errorf("%d <%s>", elements[refused], refused)
		}
	}
	if elements["meta"] != 4 || elements["svg"] != 1 || elements["table"] != 4 || elements["h1"] != 1 {
		t.Errorf("elements %v", elements)
	}
}

// Links lead to elements, regions that scroll can be reached by the keyboard and have names, headings have ids of their own.
func TestAPageIsAccessible(t *testing.T) {
	ids, fragments := map[string]int{}, []string{}
	nodes(t, write(t, example(3)), func(n *html.Node, attributes map[string]string) {
		if id := attributes["id"]; id != "" {
			ids[id]++
		}
		if fragment, ok := strings.CutPrefix(attributes["href"], "#"); ok {
			fragments = append(fragments, fragment)
		}
		if label := attributes["aria-labelledby"]; label != "" {
			fragments = append(fragments, label)
		}
		if (attributes["role"] == "region" || attributes["role"] == "img") && attributes["aria-label"] == "" {
			t.Errorf("<%s role=%s> has no name", n.Data, attributes["role"])
		}
		if n.Data == "pre" && attributes["tabindex"] != "0" || n.Data == "html" && attributes["lang"] == "" ||
			n.Data == "th" && attributes["scope"] == "" {
			t.Errorf("<%s> with %v", n.Data, attributes)
		}
	})
	for _, fragment := range fragments {
		if ids[fragment] != 1 {
			t.Errorf("%d elements have the id %s", ids[fragment], fragment)
		}
	}
	if len(fragments) < 15 {
		t.Errorf("links and labels %v", fragments)
	}
}

// A large table is cut, and the file that can be saved from the page has all of it.
func TestALargeTableIsSavedWhole(t *testing.T) {
	text := write(t, example(MaxRows+5))
	if !strings.Contains(text, "5 more rows are in the file") || len(text) > 20<<20 {
		t.Errorf("%d bytes, without the number of other rows", len(text))
	}
	link := regexp.MustCompile(`href="data:application/gzip;base64,([^"]+)"`).FindStringSubmatch(text)
	if link == nil {
		t.Fatal("there is no file to save")
	}
	packed, err := base64.StdEncoding.DecodeString(html.UnescapeString(link[1]))
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	csv, err := io.ReadAll(z)
	if err != nil || bytes.Count(csv, []byte("\n")) != MaxRows+6 {
		t.Errorf("%d lines (%v)", bytes.Count(csv, []byte("\n")), err)
	}
}

func TestAPageIsTheSameEveryTime(t *testing.T) {
	first, second := write(t, example(20)), write(t, example(20))
	if first != second {
		t.Error("two pages differ")
	}
	empty := &Page{Sweep: "none", Rows: &table.Table{}, Complete: &table.Table{}}
	if !strings.Contains(write(t, empty), "No task has a result.") {
		t.Error("a sweep without results has no page")
	}
}
