package natsserver

import (
	"net"
	"os"
	"strconv"
)

// URLs returns where the server is reached, most likely first, as access files
// name it; nil without a port. host, or host:port, comes first if given.
func (s *Server) URLs(advertise string) []string {
	addr, ok := s.nats.Addr().(*net.TCPAddr)
	if !ok {
		return nil
	}
	var hosts []string
	if advertise != "" {
		if _, _, err := net.SplitHostPort(advertise); err == nil {
			return []string{"tls://" + advertise}
		}
		hosts = []string{advertise}
	} else if addr.IP.IsUnspecified() {
		hosts = ownAddresses()
	} else {
		hosts = []string{addr.IP.String()}
	}
	urls := make([]string, len(hosts))
	for i, host := range hosts {
		urls[i] = "tls://" + net.JoinHostPort(host, strconv.Itoa(addr.Port))
	}
	return urls
}

// Port returns the port that the server listens on, 0 when on none.
func (s *Server) Port() int {
	if addr, ok := s.nats.Addr().(*net.TCPAddr); ok {
		return addr.Port
	}
	return 0
}

// maxAddresses bounds how many addresses an access file names; whoever connects tries all
// of them at once.
const maxAddresses = 64

// ownAddresses are this host's: its name, what its interfaces have, and itself for
// workers beside the coordinator where there is no network.
func ownAddresses() []string {
	var hosts []string
	if name, err := os.Hostname(); err == nil && CheckHost(name) == nil {
		hosts = append(hosts, name)
	}
	addresses, _ := net.InterfaceAddrs() // without them the name has to do
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() {
			hosts = append(hosts, n.IP.String())
		}
	}
	return append(hosts[:min(len(hosts), maxAddresses-1)], "127.0.0.1")
}
