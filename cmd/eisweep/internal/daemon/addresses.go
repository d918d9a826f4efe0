package daemon

import (
	"errors"
	"net"
	"strconv"
	"strings"
	"syscall"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/natsserver"
)

// isHost says whether a text is a machine's name, which may end with a dot, or an address
// without a port.
func isHost(text string) bool { return natsserver.CheckHost(strings.TrimSuffix(text, ".")) == nil }

// isPort says whether a text is the number of a port, 0 for a free one.
func isPort(text string) bool {
	_, err := strconv.ParseUint(text, 10, 16)
	return err == nil
}

// checkListen refuses what is no address to listen on.
func checkListen(text string) error {
	if !strings.Contains(text, ":") {
		return cli.Usagef("--listen %s: give HOST:PORT; :%s is every address, HOST:0 a free port", text, text)
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil || host != "" && !isHost(host) || !isPort(port) {
		return cli.Usagef("--listen %s: give HOST:PORT, such as :4222 or 10.0.0.5:4222; a port is 0 (a free one) … 65535", text)
	}
	return nil
}

// checkAdvertise refuses what others cannot reach a machine by.
func checkAdvertise(text string) error {
	if isHost(text) {
		return nil
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil || !isHost(host) || !isPort(port) || strings.Trim(port, "0") == "" {
		return cli.Usagef("--advertise %s: give HOST or HOST:PORT, such as node01 or 10.0.0.5:4222", text)
	}
	return nil
}

// tryListen refuses an address that this machine cannot listen on.
func tryListen(address string) error {
	l, err := net.Listen("tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return cli.Usagef("--listen %s: another program listens there; give another port, or HOST:0 for a free one", address)
	case err != nil:
		return cli.Usagef("--listen %s: this machine cannot listen there: %w", address, err)
	}
	return l.Close()
}
