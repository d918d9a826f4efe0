package natsserver

import (
	"net"
	"os"
	"strconv"
)

// URLs returns the addresses of the server as access files list them, the most likely first; nil if it does
// not listen. If advertise, a host or host:port, is given, it is the only one.
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

// Port returns the port that the server listens on; 0 if it does not listen.
func (s *Server) Port() int {
	if addr, ok := s.nats.Addr().(*net.TCPAddr); ok {
		return addr.Port
	}
	return 0
}

// maxAddresses bounds how many addresses an access file names; whoever connects tries all
// of them at once.
const maxAddresses = 64

// ownAddresses returns the addresses of this host: its name, those of its interfaces, and the loopback
// address for workers on this host if there is no network.
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
