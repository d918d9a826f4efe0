// Package folder is what folders need beyond what package os does: names in them that
// last, and their paths in patterns.
//
// It knows nothing of what lies in a folder.
package folder

import (
	"fmt"
	"os"
	"strings"
)

// Sync makes the names in a folder durable, and what was removed from it gone for good.
func Sync(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync folder %s: %w", path, err)
	}
	return nil
}

// Literal is the pattern for filepath.Glob that a path alone fits, whatever is in it.
func Literal(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
