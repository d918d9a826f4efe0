package results

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
)

// ExpectedFile is a file with the SHA-256 and the size that a manifest or an order claims.
type ExpectedFile struct {
	Path string
	Identity
}

// CheckResult is what Check found out about a file.
type CheckResult struct {
	Contents
	Err error // of HashSized or Digest
}

// Check hashes files, except those of another size. One child process reads those whose SHA-256 is the expected one, as
// Prober.Digest does: the author of the claim may have made a file to break its readers. A file that breaks the child
// doesn't keep the others from being read. All files are open during the call.
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

// readDigests has a child process read files and returns how many of them are settled: those before the one that broke
// the child. If the child answered nothing, it is the first that broke it.
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
