// Package hostlimits finds out how many cores and how much memory this process really
// has: what the machine has, less what affinity, control groups and a batch system
// withhold.
//
// It guarantees at least one core. It doesn't know what other processes use, and
// later changes are not noticed.
//
// Start reading at Find.
package hostlimits

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strconv"

	"eisweep/internal/units"

	"golang.org/x/sys/unix"
)

// Limits is what this process may use.
type Limits struct {
	Cores    int
	CoresBy  string // what bounds them, for people
	Memory   int64  // bytes; 0: not known
	MemoryBy string
}

// Allotment holds the limits that a batch system reports; 0 means that it reports none.
type Allotment struct {
	By     string // its name, for people
	Cores  int
	Memory int64 // bytes
}

// Find returns what this process may use.
func Find(given Allotment) Limits { return find(os.DirFS("/"), affinity(), given) }

// find is Find where files of the system lie in another place.
func find(system fs.FS, cores int, given Allotment) Limits {
	l := Limits{Cores: cores, CoresBy: "the CPU affinity of the process"}
	l.Memory, l.MemoryBy = total(system), "the machine"
	for _, g := range groups(system) {
		l.bound("a control group", g.cores(system), g.memory(system))
	}
	l.bound(given.By, given.Cores, given.Memory)
	return l
}

// bound takes what is less than the limits and more than 0.
func (l *Limits) bound(by string, cores int, memory int64) {
	if cores > 0 && cores < l.Cores {
		l.Cores, l.CoresBy = cores, by
	}
	if memory > 0 && (l.Memory == 0 || memory < l.Memory) {
		l.Memory, l.MemoryBy = memory, by
	}
}

// ForTasks is the memory that is left for tasks beside the program and what it reads
// and writes; 0 where it isn't known.
func (l Limits) ForTasks() int64 { return l.Memory - l.Memory/8 }

func (l Limits) String() string {
	return fmt.Sprintf("%d cores (limited by %s), %s of memory (limited by %s)", l.Cores, l.CoresBy, units.Size(l.Memory), l.MemoryBy)
}

// affinity is the number of cores that the scheduler may give the calling thread.
func affinity() int {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil || set.Count() == 0 {
		return runtime.NumCPU()
	}
	return set.Count()
}

// total is the memory of the machine, or 0 if it is not known.
func total(system fs.FS) int64 {
	text, err := fs.ReadFile(system, "proc/meminfo")
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(text) {
		fields := bytes.Fields(line)
		if len(fields) >= 2 && string(fields[0]) == "MemTotal:" {
			kib, _ := strconv.ParseInt(string(fields[1]), 10, 64)
			return kib << 10
		}
	}
	return 0
}
