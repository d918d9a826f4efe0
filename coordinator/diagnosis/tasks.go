package diagnosis

import (
	"fmt"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/problems"
)

// losses lists the tasks of which several attempts were lost, and that are not settled. The lock is held.
func (d *Diagnoser) losses(out *problems.Report) {
	for l := range d.config.Attempts.LostRepeatedly() {
		t, ok := d.config.Core.Machine().Task(l.ID)
		if !ok || t.IsSettled() || t.Run != l.Run || len(t.Sweeps) == 0 {
			continue
		}
		name := l.ID.String()
		if task := d.config.Sweeps.Task(l.ID, t.Sweeps[0]); task != nil {
			name += " (" + t.Sweeps[0] + "/" + task.File + ")"
		}
		out.Problems = append(out.Problems, problems.Problem{Kind: problems.AttemptsLost, Severity: problems.Warning,
			Subject: l.ID.String(), Since: l.At,
			Text: fmt.Sprintf("%d attempts at task %s were lost, the last on worker %s (%s): %s; after %d, the task fails", l.Lost, name, l.Worker,
				l.Host, l.Reason, lifecycle.LossLimit),
			Remedy: "`eisweep logs " + l.ID.String() + "` shows its attempts; look whether its workers run out of memory or are killed"})
	}
}
