package results

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"eisweep/internal/results/h5"
	"eisweep/sim"
)

// treeDigester hashes the nodes of an open file. It refuses nodes that no result has and nodes with two names, so the
// size of the file bounds what is read, even from a hostile file.
type treeDigester struct {
	digester
	ctx  context.Context
	file *h5.File
	seen map[uint64]string // the path of each visited node by its address
}

// knownNodes are the paths of all nodes that results have.
var knownNodes = sync.OnceValue(func() map[string]bool {
	known := map[string]bool{"/": true, "/stdout": true, "/stderr": true, "/task": true}
	none := sim.Defaults(sim.Perturb)
	nodes := append(trainingNodes(&none, new(sim.TrainingResult)),
		perturbationNodes(&none, &sim.Result{Perturbation: new(sim.PerturbationResult)})...)
	for _, n := range nodes {
		known[n.path] = true
	}
	return known
})

func (d *treeDigester) tree(path string) error {
	_, address, err := d.file.Node(path)
	if err == nil {
		err = d.enter(path, address)
	}
	if err != nil {
		return err
	}
	d.group(path)
	if err := d.attributes(path); err != nil {
		return err
	}
	names, err := d.file.Children(path)
	if err != nil {
		return err
	}
	slices.Sort(names)
	for _, name := range names {
		if err := d.child(h5.Child(path, name)); err != nil {
			return err
		}
	}
	return nil
}

// enter refuses a node that was visited before, and returns the context's error.
func (d *treeDigester) enter(path string, address uint64) error {
	if before, ok := d.seen[address]; ok {
		return fmt.Errorf("%s is %s by another name: %w", path, before, ErrNotResult)
	}
	d.seen[address] = path
	return d.ctx.Err()
}

func (d *treeDigester) child(path string) error {
	if !knownNodes()[path] {
		return fmt.Errorf("%s is not part of a result: %w", path, ErrNotResult)
	}
	if path == "/stdout" || path == "/stderr" {
		return nil
	}
	kind, address, err := d.file.Node(path)
	if err != nil {
		return err
	}
	switch kind {
	case h5.Group:
		return d.tree(path)
	case h5.Dataset:
		if err := d.enter(path, address); err != nil {
			return err
		}
		return d.dataset(path)
	default:
		return fmt.Errorf("%s is neither a group nor an array: %w", path, ErrNotResult)
	}
}

func (d *treeDigester) attributes(path string) error {
	names, err := d.file.Attributes(path)
	if err != nil {
		return err
	}
	slices.Sort(names)
	for _, name := range names {
		value, err := d.file.Attribute(path, name)
		if err != nil {
			return err
		}
		if err := d.attribute(name, value); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

func (d *treeDigester) dataset(path string) error {
	a, err := d.file.OpenArray(path)
	if err != nil {
		return err
	}
	defer a.Close()
	if a.Type.Size() == 0 || len(a.Dims) == 0 || product(a.Dims) <= 0 {
		return fmt.Errorf("%s is %v of shape %v: %w", path, a.Type, a.Dims, ErrNotResult)
	}
	d.array(path, a.Type, a.Dims)
	if err := d.attributes(path); err != nil {
		return err
	}
	return d.elements(a)
}

// elements hashes an array chunk by chunk, without holding all of it.
func (d *treeDigester) elements(a *h5.Array) error {
	buffer := make([]byte, 0, chunkBytes)
	for b := range blocks(a.Dims, chunkShape(a.Dims, a.Type.Size())) {
		if err := d.ctx.Err(); err != nil {
			return err
		}
		buffer = slices.Grow(buffer[:0], b.n*a.Type.Size())[:b.n*a.Type.Size()]
		if err := a.Read(b.offset, b.count, buffer); err != nil {
			return err
		}
		d.Write(buffer)
	}
	return nil
}
