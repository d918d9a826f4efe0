package expression

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of an expression, which may come from any file.
const (
	maxLength = 1000 // bytes
	maxDepth  = 50   // parentheses, signs and exponents within one another
)

// Expression is a parsed expression.
type Expression struct {
	root  node
	names []Name
}

// Name is a parameter in an expression.
type Name struct {
	Text       string
	Start, End int
}

// Names returns the parameters in the order of the text; some may appear several times.
func (e *Expression) Names() []Name { return e.names }

// node is a part of an expression: a number, a name, or an operation on other nodes.
type node struct {
	start, end int
	op         string // "number", "name", a sign ("negate"), an operator or a function
	number     float64
	name       string
	args       []node
}

// functions are the functions with the least and the largest number of their arguments.
var functions = map[string][2]int{"min": {2, maxLength}, "max": {2, maxLength}, "round": {1, 1}}

const what = "an expression has numbers, parameters, + - * / ^, min, max, round and parentheses"

var (
	tokens = regexp.MustCompile(`^(?:[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?|` +
		`[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*|[-+*/^(),×÷−])`)
	written = map[string]string{"×": "*", "÷": "/", "−": "-"}
)

type token struct {
	start, end int
	text       string // "" at the end
}

type parser struct {
	text  string
	next  token
	depth int
	names []Name
}

// Parse parses an expression. The error is an *Error.
func Parse(text string) (e *Expression, err error) {
	if len(text) > maxLength {
		return nil, &Error{0, len(text), fmt.Sprintf("the expression is longer than %d bytes", maxLength), ""}
	}
	p := &parser{text: text}
	defer func() {
		if r := recover(); r != nil {
			bad, ok := r.(*Error)
			if !ok {
				panic(r)
			}
			err = bad
		}
	}()
	p.advance(0)
	root := p.sum()
	if p.next.text != "" {
		p.fail(p.next, "expected an operator, not "+strconv.Quote(p.next.text), what)
	}
	return &Expression{root, p.names}, nil
}

func (p *parser) fail(at token, problem, remedy string) {
	if at.text == "" {
		at.start, at.end = max(0, len(strings.TrimRight(p.text, " \t\r\n"))-1), len(p.text)
	}
	panic(&Error{at.start, at.end, problem, remedy})
}

// advance reads the token from a place on.
func (p *parser) advance(at int) {
	for at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[at]) >= 0 {
		at++
	}
	text := tokens.FindString(p.text[at:])
	p.next = token{at, at + len(text), text}
	if word, ok := written[text]; ok {
		p.next.text = word
	}
	if text == "" && at < len(p.text) {
		r, size := utf8.DecodeRuneInString(p.text[at:])
		p.fail(token{at, at + size, p.text[at : at+size]}, fmt.Sprintf("unexpected character %q", r), what)
	}
}

// take returns the next token and goes to the one after it.
func (p *parser) take() token {
	t := p.next
	p.advance(t.end)
	return t
}

// enter counts a level of the recursion.
func (p *parser) enter() {
	if p.depth++; p.depth > maxDepth {
		p.fail(p.next, fmt.Sprintf("the expression is nested deeper than %d", maxDepth), "write it in several steps")
	}
}

func (p *parser) sum() node { return p.left(p.product, "+", "-") }

func (p *parser) product() node { return p.left(p.signed, "*", "/") }

// left parses operations that are computed from the left.
func (p *parser) left(operand func() node, operators ...string) node {
	p.enter()
	defer func() { p.depth-- }()
	n := operand()
	for slices.Contains(operators, p.next.text) {
		op := p.take()
		right := operand()
		n = node{start: n.start, end: right.end, op: op.text, args: []node{n, right}}
	}
	return n
}

// signed parses a sign, which binds less than ^.
func (p *parser) signed() node {
	p.enter()
	defer func() { p.depth-- }()
	switch sign := p.next; sign.text {
	case "-":
		p.take()
		n := p.signed()
		return node{start: sign.start, end: n.end, op: "negate", args: []node{n}}
	case "+":
		p.take()
		return p.signed()
	}
	base := p.operand()
	if p.next.text != "^" {
		return base
	}
	p.take()
	exponent := p.signed()
	return node{start: base.start, end: exponent.end, op: "^", args: []node{base, exponent}}
}

func (p *parser) operand() node {
	t := p.next
	switch {
	case t.text == "":
		p.fail(t, "the expression ends where a number or a parameter is expected", what)
	case t.text == "(":
		p.take()
		n := p.sum()
		end := p.closing(t)
		n.start, n.end = t.start, end
		return n
	case t.text[0] >= '0' && t.text[0] <= '9' || t.text[0] == '.':
		return p.literal(p.take())
	case strings.Contains("+-*/^),", t.text):
		p.fail(t, fmt.Sprintf("expected a number or a parameter, not %q", t.text), what)
	}
	return p.word(p.take())
}

// closing takes the parenthesis that closes another, and returns its end.
func (p *parser) closing(open token) int {
	if p.next.text == "" {
		p.fail(open, "this parenthesis is not closed", "add )")
	}
	if p.next.text != ")" {
		p.fail(p.next, fmt.Sprintf("expected an operator or ), not %q", p.next.text), what)
	}
	return p.take().end
}

func (p *parser) literal(t token) node {
	x, err := strconv.ParseFloat(t.text, 64)
	if err != nil {
		p.fail(t, t.text+" is too large", "")
	}
	return node{start: t.start, end: t.end, op: "number", number: x}
}

// word parses a parameter, or the call of a function.
func (p *parser) word(t token) node {
	if p.next.text != "(" {
		if _, ok := functions[t.text]; ok {
			p.fail(t, t.text+" is a function", fmt.Sprintf("write %s(…)", t.text))
		}
		p.names = append(p.names, Name{t.text, t.start, t.end})
		return node{start: t.start, end: t.end, op: "name", name: t.text}
	}
	number, ok := functions[t.text]
	if !ok {
		p.fail(t, "unknown function "+t.text, "the functions are min, max and round")
	}
	open := p.take()
	n := node{start: t.start, op: t.text, args: []node{p.sum()}}
	for p.next.text == "," {
		p.take()
		n.args = append(n.args, p.sum())
	}
	n.end = p.closing(open)
	if len(n.args) < number[0] || len(n.args) > number[1] {
		p.fail(token{n.start, n.end, t.text}, "wrong number of values for "+t.text,
			"min and max take two or more, round takes one")
	}
	return n
}
