package e2e

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/nats-io/nkeys"
)

// deployedNATS starts servers by the configurations in deploy/nats, one or three, with a user for each role, and waits
// until streams can be made.
func deployedNATS(t testing.TB, keys *siteKeys, at ...*host) *site {
	t.Helper()
	s := &site{t: t}
	config, routes := "single.conf", []string{}
	for _, h := range at {
		routes = append(routes, "nats://"+h.address()+":6222")
	}
	if len(at) > 1 {
		config = "cluster.conf"
	}
	config, err := filepath.Abs(filepath.Join("..", "..", "deploy", "nats", config))
	if err != nil {
		t.Fatal(err)
	}
	users := roleKeys(t, keys)
	for i, h := range at {
		n := &natsHost{at: h, number: i + 1, config: config}
		n.env = append([]string{
			"EISWEEP_NATS_NAME=" + n.label(),
			"EISWEEP_NATS_LISTEN=" + h.address() + ":4222",
			"EISWEEP_NATS_MONITOR=" + h.address() + ":8222",
			"EISWEEP_NATS_ROUTE=" + h.address() + ":6222",
			"EISWEEP_NATS_ROUTES=[" + strings.Join(routes, ", ") + "]",
			"EISWEEP_NATS_STORE=" + filepath.Join(h.disk(), "nats"),
			"EISWEEP_NATS_CERT=" + filepath.Join(keys.directory, "server.pem"),
			"EISWEEP_NATS_KEY=" + filepath.Join(keys.directory, "server.key"),
			"EISWEEP_NATS_CA=" + filepath.Join(keys.directory, "ca.pem"),
		}, users...)
		if check := start(t, h, n.env, built(t, natsServer), "-t", "-c", config); check.end() != 0 {
			t.Fatalf("nats-server -t: %s", check.output())
		}
		s.servers = append(s.servers, n)
	}
	s.start(t)
	return s
}

// roleKeys leaves a seed for each role in the keys' directory, and returns the variables with the public keys.
func roleKeys(t testing.TB, keys *siteKeys) (env []string) {
	t.Helper()
	for _, role := range []string{"coordinator", "worker", "client", "operator"} {
		user, err := nkeys.CreateUser()
		if err != nil {
			t.Fatal(err)
		}
		seed, err1 := user.Seed()
		public, err2 := user.PublicKey()
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		keys.put(t, role+".nk", seed)
		env = append(env, "EISWEEP_NKEY_"+strings.ToUpper(role)+"="+public)
	}
	return env
}

// TestTheNATSConfigurationsThatShip runs a sweep by way of servers as deploy/nats has them, every role with its own key.
func TestTheNATSConfigurationsThatShip(t *testing.T) {
	for _, servers := range []int{1, 3} {
		t.Run(fmt.Sprintf("of %d", servers), func(t *testing.T) {
			sweep := sweepFile(t, "shipped", 3, 3, 4, "")
			want := undisturbed(t, sweep)["shipped"]
			n := newNetwork(t, t.TempDir())
			var at []*host
			var addresses []string
			for range servers {
				at = append(at, n.host())
				addresses = append(addresses, at[len(at)-1].address())
			}
			keys := newSiteKeys(t, addresses...)
			s := deployedNATS(t, keys, at...)
			as := func(role string) *cluster {
				c := newCluster(t)
				c.options = keys.optionsAs(s, role)
				return c
			}
			address := at[0].address() + ":9090"
			as("coordinator").coordinator(at[0], "--http", address)
			answers(t, "http://"+address+"/readyz", "ok\n")
			answers(t, "http://"+address+"/metrics", "\neisweep_tasks_pending 0\n")
			as("worker").worker(at[servers-1])
			as("client").does(at[0], "launch", "--follow", sweep)
			answers(t, "http://"+address+"/metrics", "\neisweep_tasks{state=\"done\",sweep=\"shipped\"} 3\n")
			refused := as("client").start(at[0], "worker", "--max-tasks", "1")
			if code := refused.end(); code != 5 || !strings.Contains(refused.output(), "the NATS user lacks a permission") {
				t.Errorf("a worker with a client's key: exit code %d\n%s", code, refused.output())
			}
			verdict(t, as("client"), as("client").root(at[0]), "shipped", want)
		})
	}
}

// natsVariable is what a server's configuration takes from its environment.
var natsVariable = regexp.MustCompile(`\$EISWEEP_[A-Z_]+`)

func TestEveryVariableOfTheNATSConfigurationsIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/cluster.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"single.conf", "cluster.conf", "eisweep.conf", "accounts.conf"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "deploy", "nats", name))
		if err != nil {
			t.Fatal(err)
		}
		for _, variable := range natsVariable.FindAllString(string(text), -1) {
			if !strings.Contains(string(page), strings.TrimPrefix(variable, "$")) {
				t.Errorf("docs/cluster.md doesn't tell of %s, which deploy/nats/%s asks for", variable, name)
			}
		}
	}
}

// answers wants a page to be there and to hold a text.
func answers(t testing.TB, url, text string) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Error(err)
		return
	}
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK || !strings.Contains(string(page), text) {
		t.Errorf("%s: %s, %v, without %q:\n%s", url, response.Status, err, text, page)
	}
}
