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
		Use:   "keys DIRECTORY HOST…",
		Short: "Create certificates and keys for your own NATS servers",
		Long: `Create a directory with the certificates and keys of NATS servers that you run yourself
and of their users, as the configurations in deploy/nats expect them:

  server.pem, server.key   of the servers, whose names or addresses are HOST…
  ca.pem                   the authority that servers, workers and commands trust (--tls-ca)
  coordinator.nk, worker.nk, client.nk
                           a key for each role (--nkey)
  operator.nk              for the nats command: it sees servers, but no tasks
  nats.env                 EISWEEP_NKEY_…: the public keys, for the servers

Give each party only its own files, and keep the directory private. The certificate is
valid for ten years. The authority's key is not kept, so to add a host make a new
directory and distribute it again.

A coordinator without --nats needs none of this.`,
		Example: `  eisweep keys keys nats-1 nats-2 nats-3 localhost`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return cli.Usagef("%s needs a directory to make, and the names or addresses of the servers", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			err := access.MakeSiteKeys(args[0], args[1:])
			switch {
			case errors.Is(err, fs.ErrExist):
				return cli.Usagef("%s already exists, and keys are never overwritten: name another directory, or remove it", args[0])
			case errors.Is(err, natsserver.ErrHost):
				return cli.Usagef("%w; each HOST is a name or an address at which servers can be reached, such as nats-1 or 10.0.0.5", err)
			case errors.Is(err, fs.ErrNotExist), errors.Is(err, os.ErrPermission):
				return cli.Usagef("%w", err)
			}
			return err
		},
	}
}
