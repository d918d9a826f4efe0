package client

import (
	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/lease"
	"eisweep/internal/protocol"
	"eisweep/internal/root"
)

// CheckVersion returns an error if the owner of a root is of a version of the program that this one cannot work with: its messages
// have another format, or its model another version. Owners of versions that did not record this yet pass.
func CheckVersion(r *root.Root) error {
	owner, theirs := lease.Owner(r)
	ours := protocol.Compatibility()
	if theirs == "" || theirs == ours {
		return nil
	}
	return cli.Errorf(cli.ExitLost,
		"this program (version %s: %s) cannot work with the coordinator of %s (version %s: %s; process %d on %s): "+
			"use the same program for both; docs/upgrading.md has the order",
		cli.Version(), ours, r.Path(), owner.Version, theirs, owner.PID, owner.Host)
}
