package expression

// Error describes a fault in an expression, with its place as byte offsets in the text.
type Error struct {
	Start, End int
	Problem    string
	Remedy     string
}

func (e *Error) Error() string { return e.Problem }
