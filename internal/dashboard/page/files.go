// Package page holds the files of the dashboard's page, which web/ builds, and serves them.
//
// Every file of the directory built is served under its name, index.html also at "/". Each has a strong ETag and is compressed once,
// when the program starts to serve. The package guarantees that nothing else is served: no path reaches the file system.
//
// Start reading at New.
package page

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed built
var built embed.FS

// index is the file at "/".
const index = "index.html"

// Files are the files of the page, by their paths.
type Files map[string]*file

type file struct {
	kind        string // MIME type
	tag         string // ETag
	text, small []byte // small is compressed; nil if that is not smaller
}

// New reads and compresses the files.
func New() (Files, error) {
	out := Files{}
	err := fs.WalkDir(built, "built", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := built.ReadFile(name)
		if err != nil {
			return err
		}
		f, err := newFile(name, text)
		out["/"+strings.TrimPrefix(name, "built/")] = f
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read page: %w", err)
	}
	out["/"] = out["/"+index]
	return out, nil
}

// kinds are the types of the files, whatever this machine's tables say.
var kinds = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon", ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8",
	".webmanifest": "application/manifest+json",
}

func newFile(name string, text []byte) (*file, error) {
	kind := kinds[path.Ext(name)]
	if kind == "" {
		kind = mime.TypeByExtension(path.Ext(name))
	}
	if kind == "" {
		return nil, fmt.Errorf("%s: its type is not known", name)
	}
	sum := sha256.Sum256(text)
	f := &file{kind: kind, tag: `"` + hex.EncodeToString(sum[:12]) + `"`, text: text}
	var small bytes.Buffer
	z, err := gzip.NewWriterLevel(&small, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(text); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	if small.Len() < len(text) {
		f.small = small.Bytes()
	}
	return f, nil
}

// Serve answers a GET or HEAD request for a file, and returns false if there is none of that path. The client revalidates what it has,
// so that a new program's page is used at once.
func (f Files) Serve(w http.ResponseWriter, r *http.Request, acceptsGzip bool) bool {
	found := f[r.URL.Path]
	if found == nil {
		return false
	}
	h := w.Header()
	h.Set("Content-Type", found.kind)
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", found.tag)
	h.Set("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == found.tag {
		w.WriteHeader(http.StatusNotModified)
		return true
	}
	text := found.text
	if acceptsGzip && found.small != nil {
		text = found.small
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(text)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(text)
	}
	return true
}
