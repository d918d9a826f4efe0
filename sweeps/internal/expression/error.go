package expression

// Error is what is wrong with an expression, with its place in bytes of the text.
type Error struct {
	Start, End int
	Problem    string
	Remedy     string
}

func (e *Error) Error() string { return e.Problem }
