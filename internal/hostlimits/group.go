package hostlimits

import (
	"io/fs"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
)

// group is a control group of this process, with its ancestors: each of them limits its descendants.
type group struct {
	second    bool   // of version 2
	top       string // where its hierarchy is mounted
	directory string // its own, top or below
}

// groups finds those that may bound cores or memory.
func groups(system fs.FS) []group {
	mounts, _ := fs.ReadFile(system, "proc/self/mountinfo")
	membership, _ := fs.ReadFile(system, "proc/self/cgroup")
	var found []group
	for line := range strings.Lines(string(membership)) {
		// Hierarchy, controllers ("" in version 2), the group's path.
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		for mount := range strings.Lines(string(mounts)) {
			if g, ok := groupOf(mount, parts[1], parts[2]); ok {
				found = append(found, g)
			}
		}
	}
	return found
}

// groupOf is the group at a path of the hierarchy of these controllers, if the line
// of mountinfo is that hierarchy's.
func groupOf(mount, controllers, at string) (g group, ok bool) {
	options, kind, ok := strings.Cut(mount, " - ")
	fields, kinds := strings.Fields(options), strings.Fields(kind)
	if !ok || len(fields) < 5 || len(kinds) < 3 {
		return g, false
	}
	g.second = kinds[0] == "cgroup2"
	if g.second != (controllers == "") || !g.second && (kinds[0] != "cgroup" || !bounding(controllers, kinds[2])) {
		return g, false
	}
	g.top = strings.TrimPrefix(fields[4], "/")
	g.directory = path.Join(g.top, below(at, fields[3]))
	return g, true
}

// bounding reports whether the controllers are the mount's and bound something.
func bounding(controllers, mount string) bool {
	options := strings.Split(mount, ",")
	bounds := false
	for _, c := range strings.Split(controllers, ",") {
		if !slices.Contains(options, c) {
			return false
		}
		bounds = bounds || c == "cpu" || c == "memory"
	}
	return bounds
}

// below is a path as seen from a root. In a container the path is the host's, which
// isn't mounted: there the root is the group itself.
func below(at, root string) string {
	if root == "/" {
		return at
	}
	rest, ok := strings.CutPrefix(at, root)
	if !ok || rest != "" && rest[0] != '/' {
		return "/"
	}
	return rest
}

// cores is how many may be used, a part of one counted as one; 0: any number.
func (g group) cores(system fs.FS) int {
	return int(math.Ceil(g.least(func(directory string) (float64, bool) {
		if g.second {
			fields := strings.Fields(content(system, path.Join(directory, "cpu.max")))
			if len(fields) != 2 {
				return 0, false
			}
			return quotient(fields[0], fields[1])
		}
		file := func(name string) string { return content(system, path.Join(directory, name)) }
		return quotient(file("cpu.cfs_quota_us"), file("cpu.cfs_period_us"))
	})))
}

// memory is how many bytes may be used; 0: any number.
func (g group) memory(system fs.FS) int64 {
	name := "memory.limit_in_bytes"
	if g.second {
		name = "memory.max"
	}
	return int64(g.least(func(directory string) (float64, bool) {
		return quotient(content(system, path.Join(directory, name)), "1")
	}))
}

// least is the least limit of the group and those above; 0 where there is none.
func (g group) least(limit func(directory string) (float64, bool)) float64 {
	least := 0.0
	for directory := g.directory; ; directory = path.Dir(directory) {
		if v, ok := limit(directory); ok && (least == 0 || v < least) {
			least = v
		}
		if directory == g.top || len(directory) < len(g.top) {
			return least
		}
	}
}

// quotient is a/b; what isn't a number above 0 ("max", -1) is no limit, nor is what
// version 1 writes for none.
func quotient(a, b string) (float64, bool) {
	x, err := strconv.ParseInt(a, 10, 64)
	y, err2 := strconv.ParseInt(b, 10, 64)
	if err != nil || err2 != nil || x <= 0 || y <= 0 || x >= 1<<60 {
		return 0, false
	}
	return float64(x) / float64(y), true
}

// content is a file's text, "" where there is none.
func content(system fs.FS, name string) string {
	text, err := fs.ReadFile(system, name)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}
