package results

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
)

// ExpectedFile is a file with the SHA-256 and the size that somebody says it has.
type ExpectedFile struct {
	Path, SHA256 string
	Bytes        int64
}

// CheckResult is what Check finds out about a file.
type CheckResult struct {
	Contents
	Err error // of HashSized or Digest
}

// Check hashes files, except those of another size. Those that have the SHA-256 which they should have, and no others, are read as
// Prober.Digest does, by one child for all of them: whoever vouches for a file may have made it to break who
// reads it. A file that breaks the child doesn't keep others from being read. It holds all of the files open.
func (p Prober) Check(ctx context.Context, files []ExpectedFile) []CheckResult {
	out := make([]CheckResult, len(files))
	var unread []*CheckResult
	var opened []*os.File
	for i, v := range files {
		f, err := openRegular(v.Path)
		if err != nil {
			out[i].Err = fmt.Errorf("check result: %w", err)
			continue
		}
		defer f.Close()
		if out[i].FileHash, out[i].Err = hashSized(ctx, f, v.Bytes); out[i].Err == nil && out[i].SHA256 == v.SHA256 {
			unread, opened = append(unread, &out[i]), append(opened, f)
		}
	}
	for len(unread) > 0 {
		n := p.readDigests(ctx, unread, opened)
		unread, opened = unread[n:], opened[n:]
	}
	return out
}

// digests has a child read files, and says how many it has dealt with: those before one that broke it. The first
// counts as that one, as nothing was read before it.
func (p Prober) readDigests(ctx context.Context, unread []*CheckResult, opened []*os.File) int {
	text, err := p.run(ctx, wantDigest, opened...)
	n := 0
	for line := range bytes.Lines(text) {
		if n == len(unread) || !bytes.HasSuffix(line, []byte("\n")) {
			break
		}
		hashed := unread[n].FileHash
		unread[n].Contents, unread[n].Err = decodeProbe(line, opened[n].Name())
		unread[n].FileHash = hashed
		n++
	}
	if n > 0 {
		return n
	}
	unread[0].Err = fmt.Errorf("check %s: %w", opened[0].Name(), cmp.Or(err, ErrNotResult))
	return 1
}
