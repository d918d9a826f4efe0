package main

import (
	"context"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/selection"
)

// connect announces the root that was chosen and connects to its coordinator, for a command that can do nothing without one.
func connect(ctx context.Context, e *cli.Env, choice *selection.Root, c *client.Connection) (*client.Client, error) {
	path, err := choice.Announce(e)
	if err != nil {
		return nil, err
	}
	return client.Connect(ctx, e, path, c)
}
