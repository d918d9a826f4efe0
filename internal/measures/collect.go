package measures

import (
	"context"
	"fmt"
	"path/filepath"

	"eisweep/internal/results"
)

// File is a result file.
type File struct {
	Path   string
	SHA256 string // of its bytes, in hex, from the manifest beside it; "" if there is none: its measures are then not cached
}

// Found is what Collect found out about a file.
type Found struct {
	results.FileHash              // of the file; SHA256 alone if its measures were cached
	Info             results.Info // what the file says about itself; nothing if its measures were cached
	Values           Values
	Err              error // of results.Prober.Ask; then the rest is not known
}

// Asker has child processes answer a query about files, as results.Prober.Ask does.
type Asker interface {
	Ask(ctx context.Context, q results.Query, argument string, paths []string, each func(i int, a results.Answer) error) error
}

// Collect computes the measures of files in child processes, and calls each with the measures of files[i], in the way of
// results.Prober.Ask. It returns the errors of Ask.
//
// For a file with a SHA256, Collect takes the measures from the cache in its directory (cacheName) if they are there, and
// does not read the file. Otherwise it adds them to the cache if the file has that hash, even if ctx ends.
func Collect(ctx context.Context, p Asker, files []File, each func(i int, f Found) error) error {
	c := collection{files: files, each: each, caches: map[string]*cache{}}
	c.openCaches()
	defer c.saveCaches()
	unread, err := c.passCached(ctx)
	if err != nil {
		return err
	}
	paths := make([]string, len(unread))
	for k, i := range unread {
		paths[k] = files[i].Path
	}
	return p.Ask(ctx, Query, "", paths, func(k int, a results.Answer) error { return c.pass(unread[k], &a) })
}

// collection is a running Collect.
type collection struct {
	files  []File
	each   func(i int, f Found) error
	caches map[string]*cache // by directory
}

func (c *collection) openCaches() {
	for _, f := range c.files {
		s, ok := parseSum(f.SHA256)
		if !ok {
			continue
		}
		dir := filepath.Dir(f.Path)
		if c.caches[dir] == nil {
			c.caches[dir] = &cache{dir: dir, values: map[sum]Values{}}
		}
		c.caches[dir].values[s] = nil
	}
	for _, of := range c.caches {
		of.load()
	}
}

func (c *collection) saveCaches() {
	for _, of := range c.caches {
		of.save()
	}
}

// passCached passes on the measures that are cached, and returns the other files.
func (c *collection) passCached(ctx context.Context) (unread []int, err error) {
	for i, f := range c.files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		values := Values(nil)
		if s, ok := parseSum(f.SHA256); ok {
			values = c.caches[filepath.Dir(f.Path)].values[s]
		}
		if values == nil {
			unread = append(unread, i)
			continue
		}
		found := Found{Values: values}
		found.SHA256 = f.SHA256
		if err := c.each(i, found); err != nil {
			return nil, err
		}
	}
	return unread, nil
}

// pass passes on what a child computed.
func (c *collection) pass(i int, a *results.Answer) error {
	f := Found{FileHash: a.FileHash, Info: a.Info, Err: a.Err}
	if f.Err == nil {
		if f.Values, f.Err = decode(a.Bytes); f.Err != nil {
			f.Err = fmt.Errorf("measure %s: %w", c.files[i].Path, f.Err)
		}
	}
	if s, ok := parseSum(c.files[i].SHA256); ok && f.Err == nil && f.SHA256 == c.files[i].SHA256 {
		c.caches[filepath.Dir(c.files[i].Path)].add(s, f.Values)
	}
	return c.each(i, f)
}
