package natsserver

import (
	"errors"
	"strings"
	"testing"
)

func TestHosts(t *testing.T) {
	label := strings.Repeat("a", maxLabel)
	for text, good := range map[string]bool{
		"node01": true, "nats-0.nats": true, "node_1.lab.example": true, "10.0.0.5": true, "::1": true, "fe80::1": true,
		"xn--bcher-kva.example": true, "1a": true,
		"NODE01": true, label: true,
		"": false, " ": false, "a b": false, " a": false, "a\n": false, "host:4222": false, "[::1]": false, "[::1]:4222": false,
		"10.0.0.5:4222": false, "a:b": false,
		"nats://a": false, "u@a": false, "a/b": false, "-a": false, "a-": false, "a..b": false, ".a": false, "a.": false, "a.-b": false,
		"fe80::1%eth0": false,
		"10.0.0.300":   false, "10.0.0": false, "4222": false, "bücher": false, "a\x00": false, "a,b": false, "*": false, "*.a": false,
		"a\x1b[31m": false,
		label + "a": false, strings.Repeat(label+".", 4) + "a": false,
	} {
		if err := CheckHost(text); good != (err == nil) || err != nil && !errors.Is(err, ErrHost) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
