// Package outcomes carries out what the state machine decides about outcomes: it gives results their names in the
// directories of sweeps, and has the ledger record results and failures.
//
// Book owns the outcomes that were committed and are not settled, and what is to follow once the ledger's lines are
// durable. The coordinator's lock guards it.
//
// It guarantees that the first outcome of a run counts; that a result whose bytes are not those which its outcome
// promised is computed again; and that a name is used for another file only after the line that frees it is durable. What
// cannot be carried out now is handed to Core.Postpone, and the outcome is kept. The package decides nothing: the state
// machine does.
//
// Start reading at Book (book.go), then carry_out.go, placing.go and linking.go.
package outcomes
