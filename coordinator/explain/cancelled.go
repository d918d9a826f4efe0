package explain

import (
	"context"
	"fmt"
	"iter"

	"eisweep/coordinator/records"
	"eisweep/internal/control"
	"eisweep/sweeps"
)

// cancelled explains a task that has no result and that no sweep wants any more. The error is a *control.Refusal if no
// cancelled sweep has the task either.
func (x *Explainer) cancelled(ctx context.Context, id sweeps.ID) (control.Explained, error) {
	out := control.Explained{Target: id.String()}
	for sweep, task := range x.inCancelled(ctx, func(other sweeps.ID) bool { return other == id }) {
		out.Sweep, out.State = sweep, string(control.Cancelled)
		out.Details = append(out.Details, "file: "+sweep+"/"+task.File)
		out.Reason, out.Remedy = "it does not run: "+sweep+" was cancelled", "launch "+sweep+" to continue"
		return out, nil
	}
	if err := ctx.Err(); err != nil {
		return out, err
	}
	return out, &control.Refusal{
		Kind: control.Unknown,
		Text: fmt.Sprintf("no sweep that was launched here has task %s, and no manifest: launch its sweep", id),
	}
}

// inCancelled ranges over the tasks that match in the latest launches of cancelled sweeps. It makes all their tasks again,
// so it takes long, and it needs no lock. Sweeps that cannot be read, or whose tasks cannot be made again, are left out.
func (x *Explainer) inCancelled(ctx context.Context, match func(sweeps.ID) bool) iter.Seq2[string, sweeps.Task] {
	return func(yield func(string, sweeps.Task) bool) {
		names, _ := records.Names(x.Root)
		for _, name := range names {
			record, err := records.Read(x.Root, name)
			if err != nil || record.Status != control.Cancelled {
				continue
			}
			e, err := x.Catalog.LatestTasks(ctx, x.Prober, name)
			if err != nil {
				continue
			}
			for _, t := range e.Numbered() {
				if ctx.Err() != nil || match(t.ID) && !yield(name, t) {
					return
				}
			}
		}
	}
}
