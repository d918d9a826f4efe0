package natsserver

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// ErrHost is wrapped by the errors of a text that is neither a host name nor an address.
var ErrHost = errors.New("neither a host name nor an address")

// Limits of names in the DNS, in bytes.
const (
	maxHost  = 253
	maxLabel = 63
)

// CheckHost checks that text is an IPv4 or IPv6 address without port, brackets and zone, or a DNS
// name in ASCII. The error wraps ErrHost and says what is wrong.
func CheckHost(text string) error {
	if a, err := netip.ParseAddr(text); err == nil {
		if a.Zone() != "" {
			return badHost(text, "an address with a zone is valid on one machine only")
		}
		return nil
	}
	switch {
	case text == "":
		return badHost(text, "it is empty")
	case strings.TrimSpace(text) != text, strings.ContainsAny(text, " \t\r\n"):
		return badHost(text, "it contains spaces")
	case strings.Contains(text, "/"), strings.Contains(text, "@"):
		return badHost(text, "omit the protocol, user and path")
	case strings.Contains(text, ":"):
		return badHost(text, "omit the port, and the brackets around an address")
	case len(text) > maxHost:
		return badHost(text[:maxLabel]+"…", fmt.Sprintf("a name has at most %d bytes", maxHost))
	}
	labels := strings.Split(text, ".")
	for _, label := range labels {
		if reason := checkLabel(label); reason != "" {
			return badHost(text, reason)
		}
	}
	if last := labels[len(labels)-1]; strings.Trim(last, "0123456789") == "" {
		return badHost(text, "a host name does not end with a number, and an IPv4 address has four numbers from 0 to 255")
	}
	return nil
}

// checkLabel says what is wrong with a part of a name, "" if nothing is.
func checkLabel(label string) string {
	switch {
	case label == "":
		return "a part between dots is empty"
	case len(label) > maxLabel:
		return fmt.Sprintf("a part between dots has at most %d bytes", maxLabel)
	case strings.HasPrefix(label, "-"), strings.HasSuffix(label, "-"):
		return "a part begins or ends with a hyphen"
	}
	for _, c := range []byte(label) {
		if c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return "host names consist of letters, digits, hyphens and dots; write other characters as xn--…"
		}
	}
	return ""
}

func badHost(text, reason string) error { return fmt.Errorf("%q is %w: %s", text, ErrHost, reason) }
