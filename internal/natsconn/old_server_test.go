package natsconn

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
)

// TestAnOldServerIsRefused connects to what says that it is a NATS server of a version.
func TestAnOldServerIsRefused(t *testing.T) {
	for version, old := range map[string]bool{"2.11.99": true, "1.4.1": true, "": true, "2.12.0": false, "3.0.0-beta": false} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go greet(l, version)
		c, err := Connect(
			natstest.Deadline(t),
			Options{Site: &Site{URLs: []string{"nats://" + l.Addr().String()}}, RootID: "abc", Role: protocol.Client},
		)
		if errors.Is(err, ErrOldServer) != old {
			t.Errorf("a server of version %q: %v", version, err)
		}
		if err == nil {
			c.Close()
		}
		l.Close()
	}
}

// greet answers connections as a server of that version does, until they ask for more.
func greet(l net.Listener, version string) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		fmt.Fprintf(c, "INFO {\"server_id\":\"x\",\"version\":%q,\"proto\":1,\"headers\":true,\"max_payload\":1048576}\r\n", version)
		for lines := bufio.NewScanner(c); lines.Scan(); {
			if strings.HasPrefix(lines.Text(), "PING") {
				fmt.Fprint(c, "PONG\r\n")
			} else if !strings.HasPrefix(lines.Text(), "CONNECT") {
				break
			}
		}
		c.Close()
	}
}
