// Package hooks runs commands and sends webhooks when a launched sweep has finished, or when a task of it has failed for good.
//
// Keeper keeps what launches requested, and what is to be delivered, in ROOT/.eisweep/hooks/SWEEP.json. It guarantees that each
// hook fires once per launch, also across restarts and crashes; that a command is started at most once; and that a webhook is sent
// until it is accepted, or until a bounded number of attempts have failed, always with the same delivery id. It looks at the state of
// sweeps from time to time, so no event can be missed. Failed hooks never affect a sweep: they are logged and are problems.
//
// Start reading at keeper.go; file.go is what is kept, command.go and webhook.go deliver.
package hooks
