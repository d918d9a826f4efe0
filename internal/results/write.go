package results

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"eisweep/internal/atomicfile"
	"eisweep/internal/results/h5"
	"eisweep/sim"
	"eisweep/sweeps"
)

// Receipt is what identifies a file that was written.
type Receipt struct {
	SHA256 string // of the file, hex
	Digest string // of what it says, hex (digester)
	Bytes  int64  // its size
}

// imageLimit is the size of values up to which a file is made in memory and
// written as a whole; above it, chunk by chunk.
const imageLimit = 8 << 20

// Write writes a task's result as path, which must not exist (the error then
// wraps fs.ErrExist). When it returns without an error, file and name are on the
// disk for good; with an error there is nothing at path. It returns ctx's error soon
// after that ends. Beside the result itself it holds no more of it than imageLimit.
func Write(ctx context.Context, path string, task *sweeps.Task, r *sim.Result) (Receipt, error) {
	return write(ctx, path, task, r, imageLimit)
}

func write(ctx context.Context, path string, task *sweeps.Task, r *sim.Result, limit int) (Receipt, error) {
	nodes, err := layout(task, r)
	if err != nil {
		return Receipt{}, fmt.Errorf("write result %s: %w", path, err)
	}
	receipt, err := writeNodes(ctx, path, nodes, limit)
	if err != nil {
		return Receipt{}, fmt.Errorf("write result %s: %w", path, err)
	}
	return receipt, nil
}

func writeNodes(ctx context.Context, path string, nodes []node, limit int) (Receipt, error) {
	if _, err := os.Lstat(path); err == nil {
		return Receipt{}, fs.ErrExist
	}
	draft, err := atomicfile.Create(path, 0o644) // whoever's group it gets may never change it
	if err != nil {
		return Receipt{}, err
	}
	receipt, err := writeTo(ctx, draft.File, nodes, limit)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return Receipt{}, errors.Join(err, draft.Discard())
	}
	return receipt, draft.CommitNew()
}

func writeTo(ctx context.Context, f *os.File, nodes []node, limit int) (Receipt, error) {
	size := 0
	for i := range nodes {
		size += nodes[i].bytes()
	}
	if size > limit {
		return writeChunkwise(ctx, f, nodes)
	}
	return writeImage(ctx, f, nodes)
}

// writeImage makes the file in memory, so that a full disk is an ordinary error
// of an ordinary write.
func writeImage(ctx context.Context, to *os.File, nodes []node) (Receipt, error) {
	w := nodeWriter{ctx: ctx, digest: newDigester()}
	begin, err := w.begin(nodes)
	if err != nil {
		return Receipt{}, err
	}
	if w.file, err = h5.OpenImage(begin); err != nil {
		return Receipt{}, err
	}
	defer w.file.Close()
	if err := w.write(nodes); err != nil {
		return Receipt{}, err
	}
	if err := w.file.Flush(); err != nil {
		return Receipt{}, err
	}
	image, err := w.file.Image()
	if err != nil {
		return Receipt{}, err
	}
	sum := sha256.Sum256(image)
	if _, err := to.Write(image); err != nil {
		return Receipt{}, err
	}
	return Receipt{hex.EncodeToString(sum[:]), w.digest.sum(), int64(len(image))}, nil
}

// writeChunkwise lets the library write the file itself. What doesn't fit the
// disk shows at the flush or the close at the latest.
func writeChunkwise(ctx context.Context, to *os.File, nodes []node) (Receipt, error) {
	w := nodeWriter{ctx: ctx, digest: newDigester()}
	begin, err := w.begin(nodes)
	if err != nil {
		return Receipt{}, err
	}
	if _, err := to.Write(begin); err != nil {
		return Receipt{}, err
	}
	if w.file, err = h5.OpenWritable(atomicfile.Descriptor(to)); err != nil {
		return Receipt{}, err
	}
	defer w.file.Close()
	if err := w.write(nodes); err != nil {
		return Receipt{}, err
	}
	if err := w.file.Flush(); err != nil {
		return Receipt{}, err
	}
	if err := w.file.Close(); err != nil {
		return Receipt{}, err
	}
	hashed, err := HashOpen(ctx, to)
	return Receipt{hashed.SHA256, w.digest.sum(), hashed.Bytes}, err
}
