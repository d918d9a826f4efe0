package units

import (
	"testing"
	"time"
)

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", time.Microsecond: "0.001 s",
		4 * time.Millisecond: "0.004 s", 9960 * time.Microsecond: "0.01 s", 9700 * time.Microsecond: "0.01 s", 40 * time.Millisecond: "0.04 s",
		507 * time.Millisecond: "0.51 s", 996 * time.Millisecond: "1.0 s", 4210 * time.Millisecond: "4.2 s",
		9960 * time.Millisecond: "10 s", 54 * time.Second: "54 s", 59700 * time.Millisecond: "1 min", 90 * time.Second: "1 min 30 s",
		125 * time.Minute: "2 h 05 min", 76 * time.Hour: "3 days 4 h", 7 * time.Minute: "7 min", 2 * time.Hour: "2 h", 48 * time.Hour: "2 days",
	} {
		if got := Duration(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

func TestSecondsCountYears(t *testing.T) {
	if got, want := Seconds(12_345*365.25*86400), "12,345 years"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 bytes", 1: "1 byte", 1023: "1023 bytes", 1024: "1.00 KiB", 1536: "1.50 KiB", 16 << 30: "16.0 GiB", 200 << 30: "200 GiB",
		1<<20 - 1: "1.00 MiB", 5 << 40: "5.00 TiB", 3000 << 40: "3000 TiB",
	} {
		if got := Size(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
