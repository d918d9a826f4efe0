package sweeps

import "strings"

// isPath tells a source that is a file or folder from one that is a sweep's name.
func isPath(source string) bool {
	return strings.Contains(source, "/") || strings.HasSuffix(source, ".h5")
}
