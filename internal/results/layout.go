package results

import (
	"fmt"
	"slices"
	"strings"

	"eisweep/internal/results/h5"
	"eisweep/sim"
	"eisweep/sweeps"
)

// attribute is one attribute of a node. h5.Attribute documents the types of values.
type attribute struct {
	name    string
	value   any
	perTask bool // the tasks of a sweep differ in it
}

func constant(name string, value any) attribute { return attribute{name: name, value: value} }

func perTask(name string, value any) attribute {
	return attribute{name: name, value: value, perTask: true}
}

// node is one node of a result file: an array if it has values, lines of text if isLines, else a group.
type node struct {
	path       string
	attributes []attribute // sorted by name
	dims       []int
	values     values
	isLines    bool
	lines      []string
}

// bytes is the size of the node's values.
func (n *node) bytes() int {
	if n.values == nil {
		return 0
	}
	return n.values.length() * n.values.elementType().Size()
}

func (n *node) chunkShape() []int { return chunkShape(n.dims, n.values.elementType().Size()) }

// layout lists the nodes of a task's result file in the order of the digest: parents before children, siblings by name.
// It returns an error for a result that doesn't have the shapes of docs/result-files.md.
func layout(task *sweeps.Task, r *sim.Result) ([]node, error) {
	nodes, err := computedNodes(task, r)
	if err != nil {
		return nil, err
	}
	nodes = append(nodes,
		group("/", constant("PYTABLES_FORMAT_VERSION", "2.1")),
		lines("/stdout", r.Log),
		lines("/stderr", nil),
		group("/task", taskAttributes(task)...))
	slices.SortFunc(nodes, func(a, b node) int { return strings.Compare(a.path, b.path) })
	for _, n := range nodes {
		if n.values != nil && product(n.dims) != n.values.length() {
			return nil, fmt.Errorf("%s has %d values, which is not the shape %v", n.path, n.values.length(), n.dims)
		}
	}
	return nodes, nil
}

func computedNodes(task *sweeps.Task, r *sim.Result) ([]node, error) {
	switch {
	case task.Experiment.Trains() && r.Training != nil:
		return trainingNodes(&task.Parameters, r.Training), nil
	case task.Experiment == sim.Perturb && r.Perturbation != nil:
		return perturbationNodes(&task.Parameters, r), nil
	default:
		return nil, fmt.Errorf("the result is not one of the experiment %s", task.Experiment)
	}
}

func group(path string, more ...attribute) node {
	return node{path: path, attributes: sorted(append(more,
		constant("CLASS", "GROUP"), constant("TITLE", ""), constant("VERSION", "1.0")))}
}

func array(path string, v values, dims ...int) node {
	return node{path: path, dims: dims, values: v, attributes: sorted([]attribute{
		constant("CLASS", h5.ASCII("CARRAY")), constant("TITLE", h5.ASCII("")), constant("VERSION", h5.ASCII("1.1")), constant("was_mmap", false),
	})}
}

func lines(path string, text []string) node {
	return node{path: path, isLines: true, lines: text, attributes: sorted([]attribute{
		constant("CLASS", "VLARRAY"), constant("PSEUDOATOM", "vlunicode"), constant("TITLE", ""),
		constant("VERSION", "1.4"), constant("was_dict", false),
	})}
}

func sorted(attributes []attribute) []attribute {
	slices.SortFunc(attributes, func(a, b attribute) int { return strings.Compare(a.name, b.name) })
	return attributes
}
