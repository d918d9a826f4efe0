package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// site is a NATS of a site's own: one server, or a cluster of three, as their operators run them. There is no
// connection without the user that creds names.
type site struct {
	t       testing.TB
	servers []*natsHost
}

// natsHost is a server and where it runs.
type natsHost struct {
	*process
	at     *host
	number int
	config string
	env    []string
}

// natsConfig has TLS, a user with a password and, of a cluster, its routes.
const natsConfig = `
server_name: n{number}
listen: "{address}:4222"
http: "{address}:8222"
jetstream { store_dir: "{store}" }
tls { cert_file: "{directory}/server.pem", key_file: "{directory}/server.key" }
authorization { users: [ { nkey: {user} } ] }
{cluster}
`

const clusterConfig = `cluster { name: site, listen: "{address}:6222", routes: [ {routes} ] }`

// newSite starts a server on each of the hosts and waits until streams can be made.
func newSite(t testing.TB, keys *siteKeys, at ...*host) *site {
	t.Helper()
	s := &site{t: t}
	var routes []string
	for _, h := range at {
		routes = append(routes, fmt.Sprintf("%q", "nats://"+h.address()+":6222"))
	}
	for i, h := range at {
		config := filepath.Join(h.disk(), "nats.conf")
		cluster := ""
		if len(at) > 1 {
			cluster = strings.NewReplacer("{address}", h.address(), "{routes}", strings.Join(routes, ", ")).Replace(clusterConfig)
		}
		write(t, config, natsConfig, "{number}", fmt.Sprint(i+1), "{address}", h.address(), "{store}", filepath.Join(h.disk(), "nats"),
			"{directory}", keys.directory, "{user}", keys.user, "{cluster}", cluster)
		s.servers = append(s.servers, &natsHost{at: h, number: i + 1, config: config})
	}
	s.start(t)
	return s
}

// start starts all servers, and waits until each of them accepts streams.
func (s *site) start(t testing.TB) {
	t.Helper()
	for _, n := range s.servers {
		n.start(t)
	}
	await(t, "a NATS server that takes streams", func() bool {
		for _, n := range s.servers {
			if !n.ready(len(s.servers)) {
				return false
			}
		}
		return true
	})
}

func (n *natsHost) start(t testing.TB) {
	t.Helper()
	n.process = start(t, n.at, n.env, built(t, natsServer), "-c", n.config)
}

func (n *natsHost) label() string { return fmt.Sprintf("n%d", n.number) }

// monitored asks the server's monitoring port. A server that is down tells nothing.
func (n *natsHost) monitored(path string, answer any) bool {
	client := http.Client{Timeout: 2 * time.Second}
	response, err := client.Get("http://" + n.at.address() + ":8222" + path)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK && json.NewDecoder(response.Body).Decode(answer) == nil
}

// metaCluster is what a server knows of those that keep the streams together.
type metaCluster struct {
	Leader string `json:"leader"`
	Size   int    `json:"cluster_size"`
}

// ready tells whether a server has streams and sees a leader of all.
func (n *natsHost) ready(servers int) bool {
	var health struct{ Status string }
	var js struct {
		Meta *metaCluster `json:"meta_cluster"`
	}
	if !n.monitored("/healthz", &health) || health.Status != "ok" || !n.monitored("/jsz", &js) {
		return false
	}
	return servers == 1 || js.Meta != nil && js.Meta.Leader != "" && js.Meta.Size == servers
}

// leader finds the server that leads a stream whose name ends so.
func (s *site) leader(stream string) *natsHost {
	s.t.Helper()
	var found *natsHost
	await(s.t, "a leader of "+stream, func() bool {
		for _, n := range s.servers {
			var js struct {
				Accounts []struct {
					Streams []struct {
						Name    string `json:"name"`
						Cluster struct {
							Leader string `json:"leader"`
						} `json:"cluster"`
					} `json:"stream_detail"`
				} `json:"account_details"`
			}
			if !n.process.alive() || !n.monitored("/jsz?streams=true", &js) {
				continue
			}
			for _, a := range js.Accounts {
				for _, x := range a.Streams {
					if strings.HasSuffix(x.Name, stream) && x.Cluster.Leader == n.label() {
						found = n
						return true
					}
				}
			}
		}
		return false
	})
	return found
}

// urls are the servers' addresses, comma-separated.
func (s *site) urls() string {
	var all []string
	for _, n := range s.servers {
		all = append(all, "tls://"+n.at.address()+":4222")
	}
	return strings.Join(all, ",")
}
