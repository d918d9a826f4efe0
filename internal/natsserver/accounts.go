package natsserver

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"eisweep/internal/protocol"
)

// responseTime is how long after a request its answers are still delivered to the account of the
// requester. It must be longer than the slowest handler of a request takes, and than the server
// keeps a request for a task: a task that arrives later would get lost until its AckWait is over.
const responseTime = "24h"

// AccountsConfig returns the configuration of the accounts for NATS servers. users are the
// public keys by role, quoted, or variables; jetstream is the value of that name in the
// coordinator's account.
func AccountsConfig(s protocol.Subjects, users map[protocol.Role][]string, operators []string, jetstream string) string {
	var b strings.Builder
	roles := []protocol.Role{protocol.Worker, protocol.Client}
	fmt.Fprintf(&b, "accounts {\n  %s {\n    jetstream: %s\n    exports: [\n", protocol.CoordinatorAccount, jetstream)
	for _, role := range roles {
		writeExports(&b, s.Grants(role))
	}
	b.WriteString("    ]\n")
	writeUsers(&b, users[protocol.Coordinator], "")
	b.WriteString("  }\n")
	for _, role := range roles {
		writeAccount(&b, s.Grants(role), users[role])
	}
	fmt.Fprintf(&b, "  %s {\n", protocol.SystemAccount)
	writeUsers(&b, operators, "")
	fmt.Fprintf(&b, "  }\n}\nsystem_account: %s\n", protocol.SystemAccount)
	return b.String()
}

func writeExports(b *strings.Builder, g protocol.Grants) {
	for _, s := range g.Services {
		extra := ""
		if s.Streams {
			extra = fmt.Sprintf(", response_type: stream, threshold: %q", responseTime)
		}
		fmt.Fprintf(b, "      { service: %q, accounts: [%s]%s }\n", s.Subject, g.Account, extra)
	}
	for _, subject := range g.Announce {
		fmt.Fprintf(b, "      { stream: %q, accounts: [%s] }\n", subject, g.Account)
	}
}

func writeAccount(b *strings.Builder, g protocol.Grants, users []string) {
	fmt.Fprintf(b, "  %s {\n    imports: [\n", g.Account)
	for _, s := range g.Services {
		fmt.Fprintf(b, "      { service: { account: %s, subject: %q } }\n", protocol.CoordinatorAccount, s.Subject)
	}
	for _, subject := range g.Announce {
		fmt.Fprintf(b, "      { stream: { account: %s, subject: %q } }\n", protocol.CoordinatorAccount, subject)
	}
	b.WriteString("    ]\n")
	var p strings.Builder
	p.WriteString(", permissions: {\n        publish: {\n")
	writeList(&p, "allow", g.Publish())
	if len(g.Deny) > 0 {
		writeList(&p, "deny", g.Deny)
	}
	p.WriteString("        }\n        subscribe: {\n")
	writeList(&p, "allow", g.Subscribe())
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

// onlyCoordinator has one user, which every connection gets without authentication: nobody knows the
// seed of the key. The streams are in the same account as with users.
const onlyCoordinator = `
accounts {
  %s { jetstream: enabled, users: [ { nkey: %s } ] }
  %s { }
}
system_account: %s
no_auth_user: %s
`

const everybody = "UB2AXRKVH7QQIKHBVUFOHDFUGCEMDGLAPROD6BWQHIKSFBB3UTG6ZGZ2"

// accounts returns the configuration of the server's accounts. Without users all connections are the
// coordinator's: all come from this process.
func (o Options) accounts() (string, error) {
	if len(o.Users) == 0 {
		return fmt.Sprintf(onlyCoordinator, protocol.CoordinatorAccount, everybody, protocol.SystemAccount, protocol.SystemAccount,
			everybody), nil
	}
	if o.RootID == "" || protocol.Token(o.RootID) != o.RootID {
		return "", errors.New("a server with users needs the root's id")
	}
	keys := map[protocol.Role][]string{}
	for _, u := range o.Users {
		switch u.Role {
		case protocol.Coordinator, protocol.Worker, protocol.Client:
			keys[u.Role] = append(keys[u.Role], strconv.Quote(u.Key))
		default:
			return "", fmt.Errorf("a user has the unknown role %q", u.Role)
		}
	}
	return AccountsConfig(protocol.SubjectsOf(o.RootID), keys, nil, "enabled"), nil
}
