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
	"eisweep/internal/quality"
	"eisweep/internal/results/h5"
	"eisweep/sim"
	"eisweep/sweeps"
)

// Receipt identifies a file that was written.
type Receipt struct {
	Identity
	Digest string // of the file's contents, in hex (digester)
	// Quality is quality.Of the result.
	Quality *quality.Quality
}

// imageLimit is the size of values up to which a file is built in memory and written as a whole. Larger files are
// written chunk by chunk.
const imageLimit = 8 << 20

// Write writes a task's result to path, which must not exist (else the error wraps fs.ErrExist). After it returns nil,
// the file and its name are durable; after an error there is nothing at path. Soon after ctx ends, it returns ctx's
// error. It copies at most imageLimit of the result.
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
	receipt.Quality = quality.Of(r, task.Experiment, &task.Parameters)
	return receipt, nil
}

func writeNodes(ctx context.Context, path string, nodes []node, limit int) (Receipt, error) {
	if _, err := os.Lstat(path); err == nil {
		return Receipt{}, fs.ErrExist
	}
	draft, err := atomicfile.Create(path, 0o644) // not writable for its group, whatever the umask
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

// writeImage builds the file in memory, so that a full disk is an ordinary write error.
func writeImage(ctx context.Context, to *os.File, nodes []node) (Receipt, error) {
	w := nodeWriter{ctx: ctx, digest: newDigester()}
	begin, err := w.initialImage(nodes)
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
	return Receipt{Identity: Identity{hex.EncodeToString(sum[:]), int64(len(image))}, Digest: w.digest.sum()}, nil
}

// writeChunkwise lets libhdf5 write the file. A full disk fails the flush or the close at the latest.
func writeChunkwise(ctx context.Context, to *os.File, nodes []node) (Receipt, error) {
	w := nodeWriter{ctx: ctx, digest: newDigester()}
	begin, err := w.initialImage(nodes)
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
	return Receipt{Identity: hashed.Identity, Digest: w.digest.sum()}, err
}
