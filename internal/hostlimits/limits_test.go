package hostlimits

import (
	"maps"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/sys/unix"
)

// system is a file system of these files.
func system(files ...map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{"proc/meminfo": {Data: []byte("MemTotal:       16777216 kB\nMemFree:        1 kB\n")}}
	for _, more := range files {
		for name, text := range more {
			fsys[name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return fsys
}

const (
	mountsOfTwo = "24 30 0:22 / /proc rw - proc proc rw\n30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
	mountsOfOne = "31 30 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n" +
		"32 30 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n" +
		"33 30 0:30 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n"
)

func TestTheLeastOfAllLimitsHolds(t *testing.T) {
	two := map[string]string{"proc/self/mountinfo": mountsOfTwo, "proc/self/cgroup": "0::/user.slice/job\n"}
	one := map[string]string{
		"proc/self/mountinfo": mountsOfOne,
		"proc/self/cgroup":    "9:name=systemd:/x\n4:memory:/job/step\n2:cpu,cpuacct:/job\n",
	}
	cases := map[string]struct {
		files map[string]string
		given Allotment
		cores int
		gib   int64
	}{
		"nothing": {cores: 8, gib: 16},
		"two: its own": {with(two, map[string]string{
			"sys/fs/cgroup/user.slice/job/cpu.max":    "250000 100000\n",
			"sys/fs/cgroup/user.slice/job/memory.max": "4294967296\n",
		}), Allotment{}, 3, 4},
		"two: above it": {with(two, map[string]string{
			"sys/fs/cgroup/user.slice/job/cpu.max": "max 100000\n", "sys/fs/cgroup/user.slice/job/memory.max": "max\n",
			"sys/fs/cgroup/user.slice/cpu.max": "200000 100000\n", "sys/fs/cgroup/user.slice/memory.max": "2147483648\n"}), Allotment{}, 2, 2},
		"two: a part of a core": {with(two, map[string]string{"sys/fs/cgroup/user.slice/job/cpu.max": "20000 100000\n"}), Allotment{}, 1, 16},
		"two: in a container": {map[string]string{
			"proc/self/mountinfo":   "30 23 0:26 /kubepods/pod7 /sys/fs/cgroup ro - cgroup2 cgroup rw\n",
			"proc/self/cgroup":      "0::/kubepods/pod7\n",
			"sys/fs/cgroup/cpu.max": "400000 100000\n", "sys/fs/cgroup/memory.max": "1073741824\n"}, Allotment{}, 4, 1},
		"two: none": {with(two, map[string]string{"sys/fs/cgroup/user.slice/job/cpu.max": "max 100000\n"}), Allotment{}, 8, 16},
		"one": {with(one, map[string]string{
			"sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us":      "150000\n",
			"sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us":     "50000\n",
			"sys/fs/cgroup/memory/job/step/memory.limit_in_bytes": "9223372036854771712\n",
			"sys/fs/cgroup/memory/job/memory.limit_in_bytes":      "3221225472\n",
		}), Allotment{}, 3, 3},
		"one: none": {
			with(
				one,
				map[string]string{
					"sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us":  "-1\n",
					"sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us": "50000\n",
				},
			),
			Allotment{},
			8,
			16,
		},
		"given":      {nil, Allotment{By: "Slurm", Cores: 2, Memory: 8 << 30}, 2, 8},
		"given more": {nil, Allotment{By: "Slurm", Cores: 200, Memory: 8 << 40}, 8, 16},
	}
	for name, c := range cases {
		if l := find(system(c.files), 8, c.given); l.Cores != c.cores || l.Memory != c.gib<<30 {
			t.Errorf("%s: %v, want %d cores and %d GiB", name, l, c.cores, c.gib)
		}
	}
}

func with(files, more map[string]string) map[string]string {
	all := maps.Clone(files)
	maps.Copy(all, more)
	return all
}

func TestLimitsAreNamed(t *testing.T) {
	l := find(system(), 8, Allotment{By: "Slurm", Cores: 2})
	if l.CoresBy != "Slurm" || l.MemoryBy != "the machine" || !strings.Contains(l.String(), "2 cores (limited by Slurm)") {
		t.Errorf("it tells %v", l)
	}
}

// A system that tells nothing leaves the memory open.
func TestUnknownMemory(t *testing.T) {
	if l := find(fstest.MapFS{}, 8, Allotment{}); l.Cores != 8 || l.Memory != 0 {
		t.Errorf("it finds %v", l)
	}
}

func TestAffinityCounts(t *testing.T) {
	limits := make(chan Limits)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		var one, all unix.CPUSet
		if err := unix.SchedGetaffinity(0, &all); err != nil {
			t.Error(err)
		}
		for cpu := range len(all) * 64 {
			if all.IsSet(cpu) {
				one.Set(cpu)
				break
			}
		}
		if err := unix.SchedSetaffinity(0, &one); err != nil {
			t.Error(err)
		}
		limits <- Find(Allotment{})
	}()
	if l := <-limits; l.Cores != 1 || l.Memory < 64<<20 {
		t.Errorf("it finds %v", l)
	}
	if l := Find(Allotment{}); l.Cores < 1 || l.Cores > runtime.NumCPU() {
		t.Errorf("it finds %v", l)
	}
}
