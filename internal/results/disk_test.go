package results

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"eisweep/internal/disktest"
)

func freeBlocks(t *testing.T, disk string) uint64 {
	t.Helper()
	var stat unix.Statfs_t
	if err := unix.Statfs(disk, &stat); err != nil {
		t.Fatal(err)
	}
	return stat.Bfree
}

// A result that doesn't fit on the disk is an error in both ways of writing, and leaves nothing. The same result is
// written once there is room.
func TestWriteOnAFullDisk(t *testing.T) {
	disk := disktest.Mount(t)
	task := trainingTask()
	r := makeTraining(task)
	path := filepath.Join(disk, "results.h5")
	room := freeBlocks(t, disk)
	for _, limit := range []int{0, imageLimit} {
		receipt, err := write(t.Context(), path, task, r, limit)
		if err != nil {
			t.Fatalf("limit %d, with room: %v", limit, err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		for free := int64(0); free < receipt.Bytes-4096; free += receipt.Bytes / 8 {
			writeWithout(t, disk, free, func() error { _, err := write(t.Context(), path, task, r, limit); return err })
			if now := freeBlocks(t, disk); now != room {
				t.Errorf("limit %d, %d bytes free: %d blocks of %d are free", limit, free, now, room)
			}
		}
		again, err := write(t.Context(), path, task, r, limit)
		if err != nil || again != receipt {
			t.Errorf("limit %d, with room again: %+v (%v), want %+v", limit, again, err, receipt)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// writeWithout writes while the disk has so many bytes free, which are too few.
func writeWithout(t *testing.T, disk string, free int64, write func() error) {
	t.Helper()
	filler := disktest.Fill(t, disk)
	stat, err := os.Stat(filler)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filler, stat.Size()-free/4096*4096); err != nil {
		t.Fatal(err)
	}
	err = write()
	if err == nil {
		t.Fatalf("%d bytes free: a result was written without room for it", free)
	}
	if !strings.Contains(strings.ToLower(err.Error()), "no space") {
		t.Errorf("%d bytes free: error %v doesn't say that the disk is full", free, err)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(disk); err != nil || len(entries) != 0 {
		t.Errorf("%d bytes free: %v (%v) was left", free, entries, err)
	}
}
