package daemon

import (
	"testing"

	"eisweep/cmd/eisweep/internal/cli"
)

func TestAddressesAreCheckedBeforeACoordinatorStarts(t *testing.T) {
	for text, good := range map[string]bool{
		"node01": true, "node01.lab.example": true, "10.0.0.5": true, "10.0.0.5:4222": true, "node01:4222": true, "fe80::1": true,
		"[fe80::1]:4222": true,
		"http://x":       false, "a:b:c": false, "x:": false, "x:0": false, ":4222": false, "x:65536": false, "x y": false, "u@x": false,
		"[fe80::1]": false, "x/y": false, "-x": false,
		"": false, " ": false, "a..b": false, "10.0.0.500": false, "fe80::1%eth0": false, "node01.": true,
	} {
		if err := checkAdvertise(text); (err == nil) != good || err != nil && cli.ExitCode(err) != cli.ExitInput {
			t.Errorf("--advertise %s: %v", text, err)
		}
	}
	for text, good := range map[string]bool{
		":4222": true, ":0": true, "127.0.0.1:0": true, "[::1]:4222": true, "node01:4222": true,
		"4222": false, ":99999": false, "http://x:1": false, "a:b:c": false, ":": false, "x:": false, ":nats": false,
	} {
		if err := checkListen(text); (err == nil) != good || err != nil && cli.ExitCode(err) != cli.ExitInput {
			t.Errorf("--listen %s: %v", text, err)
		}
	}
}
