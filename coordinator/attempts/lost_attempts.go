package attempts

import (
	"bytes"
	"encoding/json"

	"eisweep/internal/atomicfile"
	"eisweep/internal/events"
	"eisweep/internal/protocol"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// LostAttempts are the ends of a task's attempts that were lost or failed, as the losses of unsettled runs have them, which outlive the
// log of events. There are none where they cannot be read.
func LostAttempts(r *root.Root, id sweeps.ID) (out []events.Event) {
	text, err := atomicfile.Read(r.Private("losses.jsonl"), maxLosses)
	if err != nil {
		return nil
	}
	name := []byte(id.String())
	for line := range bytes.Lines(text) {
		var one loss
		if !bytes.Contains(line, name) || json.Unmarshal(line, &one) != nil || one.ID != id {
			continue
		}
		e := events.Event{Kind: events.AttemptFailed, Time: one.At, Task: id, Run: one.Run, Token: one.Token, Worker: one.Worker, Host: one.Host,
			Class: one.Class, Error: one.Error}
		if one.Class == protocol.Lost {
			e.Kind, e.Why = events.AttemptTakenOver, one.Error
		}
		out = append(out, e)
	}
	return out
}
