package main

import (
	"errors"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/access"
	"eisweep/internal/natsserver"
)

func newKeysCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "keys FOLDER HOST…",
		Short: "Make certificates and keys for a NATS that you run yourself",
		Long: `Make a folder of what a NATS that you run yourself, and its users, prove themselves
by, as the configurations in deploy/nats want it:

  server.pem, server.key   the servers', who are reached as these HOSTs, names or addresses
  ca.pem                   whom servers, workers and commands trust (--tls-ca)
  coordinator.nk, worker.nk, client.nk
                           a key for each role (--nkey)
  operator.nk              for the nats command: it sees servers, no tasks
  nats.env                 EISWEEP_NKEY_…: the public keys, for the servers

Give each its own and keep the folder to yourself. The certificate is good for ten
years, and nobody can make another by the same authority: for more hosts make a new
folder, and give it to all.

A coordinator without --nats needs none of this.`,
		Example: `  eisweep keys keys nats-1 nats-2 nats-3 localhost`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return cli.Usagef("%s needs a folder to make, and the names or addresses by which the servers are reached", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			err := access.MakeSiteKeys(args[0], args[1:])
			switch {
			case errors.Is(err, fs.ErrExist):
				return cli.Usagef("%s is there already, and keys are never overwritten: name another folder, or remove it", args[0])
			case errors.Is(err, natsserver.ErrHost):
				return cli.Usagef("%w; each HOST is a name or an address at which servers can be reached, such as nats-1 or 10.0.0.5", err)
			case errors.Is(err, fs.ErrNotExist), errors.Is(err, os.ErrPermission):
				return cli.Usagef("%w", err)
			}
			return err
		},
	}
}
