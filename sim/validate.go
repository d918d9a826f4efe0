package sim

import "fmt"

// Fault is something wrong with a parameter tree as a whole.
type Fault struct {
	Names   []string // the parameters concerned, the first is the one to blame
	Problem string   // what is wrong and what would be right
}

func (f Fault) Error() string { return fmt.Sprintf("%s: %s", f.Names[0], f.Problem) }

// Validate returns every fault of a combination of values that are legal each by
// itself; nil when the tree can be run.
func Validate(e Experiment, p Parameters) []Fault { panic("to come") }

// Memory estimates the bytes that running a task takes, its result included.
func Memory(e Experiment, p Parameters) int64 { panic("to come") }
