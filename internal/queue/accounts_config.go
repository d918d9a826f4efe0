package queue

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// responseTime is how long after a request its answers still find the way back into the
// account of whoever asked. It must be longer than the slowest handler of a request
// takes, and than the server keeps a request for a task: a task that comes later would
// be nobody's.
const responseTime = "24h"

// accountsConfig is how the accounts are written down for NATS servers. users are the
// public keys by role, quoted, or variables; jetstream is the block of that name of the
// coordinator's account.
func accountsConfig(s scheme, users map[Role][]string, operators []string, jetstream string) string {
	var b strings.Builder
	roles := []Role{Worker, Client}
	fmt.Fprintf(&b, "accounts {\n  %s {\n    jetstream: %s\n    exports: [\n", coordinatorAccount, jetstream)
	for _, role := range roles {
		s.rights(role).writeExports(&b)
	}
	b.WriteString("    ]\n")
	writeUsers(&b, users[Coordinator], "")
	b.WriteString("  }\n")
	for _, role := range roles {
		s.rights(role).writeAccount(&b, users[role])
	}
	fmt.Fprintf(&b, "  %s {\n", systemAccount)
	writeUsers(&b, operators, "")
	fmt.Fprintf(&b, "  }\n}\nsystem_account: %s\n", systemAccount)
	return b.String()
}

func (r rights) writeExports(b *strings.Builder) {
	for _, s := range r.services {
		extra := ""
		if s.many {
			extra = fmt.Sprintf(", response_type: stream, threshold: %q", responseTime)
		}
		fmt.Fprintf(b, "      { service: %q, accounts: [%s]%s }\n", s.subject, r.account, extra)
	}
	for _, subject := range r.announce {
		fmt.Fprintf(b, "      { stream: %q, accounts: [%s] }\n", subject, r.account)
	}
}

func (r rights) writeAccount(b *strings.Builder, users []string) {
	fmt.Fprintf(b, "  %s {\n    imports: [\n", r.account)
	for _, s := range r.services {
		fmt.Fprintf(b, "      { service: { account: %s, subject: %q } }\n", coordinatorAccount, s.subject)
	}
	for _, subject := range r.announce {
		fmt.Fprintf(b, "      { stream: { account: %s, subject: %q } }\n", coordinatorAccount, subject)
	}
	b.WriteString("    ]\n")
	var p strings.Builder
	p.WriteString(", permissions: {\n        publish: {\n")
	writeList(&p, "allow", r.publish())
	if len(r.deny) > 0 {
		writeList(&p, "deny", r.deny)
	}
	p.WriteString("        }\n        subscribe: {\n")
	writeList(&p, "allow", r.subscribe())
	p.WriteString("        }\n      }")
	writeUsers(b, users, p.String())
	b.WriteString("  }\n")
}

func writeList(b *strings.Builder, name string, subjects []string) {
	fmt.Fprintf(b, "          %s: [\n", name)
	for _, s := range subjects {
		fmt.Fprintf(b, "            %q\n", s)
	}
	b.WriteString("          ]\n")
}

func writeUsers(b *strings.Builder, keys []string, permissions string) {
	if len(keys) == 0 {
		return
	}
	b.WriteString("    users: [\n")
	for _, key := range keys {
		fmt.Fprintf(b, "      { nkey: %s%s }\n", key, permissions)
	}
	b.WriteString("    ]\n")
}

// onlyCoordinator has one user, whom everybody is without proving anything: nobody knows
// the seed of the key. The streams are in the account that they are in with users.
const onlyCoordinator = `
accounts {
  %s { jetstream: enabled, users: [ { nkey: %s } ] }
  %s { }
}
system_account: %s
no_auth_user: %s
`

const everybody = "UB2AXRKVH7QQIKHBVUFOHDFUGCEMDGLAPROD6BWQHIKSFBB3UTG6ZGZ2"

// accounts is the configuration of the embedded server's accounts. Without users all
// connections are the coordinator's: none comes from outside of this process.
func (o ServerOptions) accounts() (string, error) {
	if len(o.Users) == 0 {
		return fmt.Sprintf(onlyCoordinator, coordinatorAccount, everybody, systemAccount, systemAccount, everybody), nil
	}
	if o.RootID == "" || token(o.RootID) != o.RootID {
		return "", errors.New("a server with users needs the root's id")
	}
	keys := map[Role][]string{}
	for _, u := range o.Users {
		switch u.Role {
		case Coordinator, Worker, Client:
			keys[u.Role] = append(keys[u.Role], strconv.Quote(u.Key))
		default:
			return "", fmt.Errorf("a user has the unknown role %q", u.Role)
		}
	}
	return accountsConfig(subjectsOf(o.RootID), keys, nil, "enabled"), nil
}
