package natsserver

import (
	"flag"
	"os"
	"testing"

	"eisweep/internal/protocol"
)

// deployedAccounts are the accounts that a site configures for its own servers.
const deployedAccounts = "../../deploy/nats/accounts.conf"

var update = flag.Bool("update", false, "write deploy/nats/accounts.conf anew")

// The accounts of deploy/nats are the embedded server's, for all roots.
func TestDeployedAccountsAreTheTable(t *testing.T) {
	want := deployedConfig()
	if *update {
		if err := os.WriteFile(deployedAccounts, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(deployedAccounts)
	if err != nil || string(got) != want {
		t.Errorf("deploy/nats/accounts.conf is not what the table of rights says: go test ./internal/natsserver -run %s -update, %v",
			t.Name(), err)
	}
}

func deployedConfig() string {
	users := map[protocol.Role][]string{
		protocol.Coordinator: {"$EISWEEP_NKEY_COORDINATOR"},
		protocol.Worker:      {"$EISWEEP_NKEY_WORKER"},
		protocol.Client:      {"$EISWEEP_NKEY_CLIENT"},
	}
	limits := "{ max_store: 64GB, max_memory: 256MB, max_streams: 200, max_consumers: 2000 }"
	return deployedHead + AccountsConfig(protocol.SubjectsOf(protocol.AllRoots), users, []string{"$EISWEEP_NKEY_OPERATOR"}, limits)
}

const deployedHead = "# Who may do what on NATS servers for eisweep; eisweep.conf includes this file. " +
	`It is generated from the table by which a
# coordinator's own server is configured (internal/protocol/grants.go).
#
# Each role has an account of its own. EISWEEP has the streams and the coordinator. Workers and clients import the services
# that they need and nothing else: an answer, wherever its reply subject points, cannot leave the account of whoever asked.
# Permissions alone would not do, as NATS does not check reply subjects.
#
# Put the public keys of the site's own users in place of these ("eisweep keys" makes them; the seed stays with the user, in a
# file that --nkey names). Narrower rights for one root: its id (root.json in ROOT/.eisweep) in place of the first star after
# "eisweep2.", and eisweep2_<id>_tasks and so on in place of stream names. Where JetStream has a domain: its name in place of the
# underscore in "$JS.ACK._.".

`
