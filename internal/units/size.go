package units

import "fmt"

// Size formats a number of bytes in powers of 1024: "512 bytes", "1.50 KiB", "16.0 GiB", "200 GiB".
func Size(bytes int64) string {
	names := []string{"bytes", "KiB", "MiB", "GiB", "TiB"}
	x, unit := float64(bytes), 0
	for x >= 1023.5 && unit < len(names)-1 {
		x, unit = x/1024, unit+1
	}
	switch {
	case bytes == 1:
		return "1 byte"
	case unit == 0:
		return fmt.Sprintf("%d bytes", bytes)
	case x >= 99.95:
		return fmt.Sprintf("%.0f %s", x, names[unit])
	case x >= 9.995:
		return fmt.Sprintf("%.1f %s", x, names[unit])
	}
	return fmt.Sprintf("%.2f %s", x, names[unit])
}
