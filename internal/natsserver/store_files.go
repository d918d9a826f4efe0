package natsserver

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// strangeFile looks for entries that the server did not create in its store in dir: it would wait forever
// for a writer of a FIFO, and follow a link to wherever it leads.
func strangeFile(dir string) (damage error, err error) {
	err = fs.WalkDir(os.DirFS(dir), storeData, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // the store is empty
		case err != nil:
			return fmt.Errorf("check store: %w", err)
		case entry.IsDir() && strings.Contains(entry.Name(), "."): // streams and consumers have names without a dot
			damage = fmt.Errorf("%s is a directory and not a file", filepath.Join(dir, name))
		case !entry.IsDir() && !entry.Type().IsRegular():
			damage = fmt.Errorf("%s is not a plain file", filepath.Join(dir, name))
		default:
			return nil
		}
		return fs.SkipAll
	})
	return damage, err
}
