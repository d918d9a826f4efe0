package diagnosis

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"eisweep/coordinator/workers"
	"eisweep/internal/control"
	"eisweep/internal/problems"
	"eisweep/internal/units"
)

// missedFor is how long a worker that fell silent, and whose tasks others have, counts as missed.
const missedFor = time.Hour

// workers lists what is wrong with each worker; left is how many tasks wait for one. The lock is held.
func (d *Diagnoser) workers(known []control.Worker, left int, now time.Time, out *problems.Report) {
	for i := range known {
		w := &known[i]
		var p problems.Problem
		switch tasks := d.config.Attempts.Load(w.Name).Tasks; {
		case isReplaced(w, known) && tasks == 0:
			continue
		case w.Ended:
			p = problems.Problem{Kind: problems.WorkerEnded, Severity: problems.Warning, Since: w.LastSeen,
				Text: fmt.Sprintf("worker %s (%s) %s", w.Name, w.Host, w.State), Remedy: "repair that, then start it again: `eisweep worker`"}
		case w.Silent && (tasks > 0 || left > 0 && now.Sub(w.LastSeen) < missedFor):
			p = d.silent(w, tasks)
		case w.Silent:
			continue
		case strings.HasPrefix(w.State, "draining"):
			p = problems.Problem{Kind: problems.WorkerDraining, Severity: problems.Hint,
				Text:   fmt.Sprintf("worker %s (%s) takes no more tasks and ends soon: %s", w.Name, w.Host, w.State),
				Remedy: "nothing is lost; start another one to replace it: `eisweep worker`"}
		case !w.Takes():
			p = problems.Problem{Kind: problems.WorkerStopped, Severity: problems.Warning,
				Text:   fmt.Sprintf("worker %s (%s) takes no tasks: %s", w.Name, w.Host, w.State),
				Remedy: "repair that; the worker's log says more, and the worker continues by itself where it can"}
		case w.Version != "" && w.Version != d.config.Version:
			p = problems.Problem{Kind: problems.WorkerVersion, Severity: problems.Warning, Since: w.Since,
				Text: fmt.Sprintf("worker %s (%s) is of version %s, the coordinator of %s", w.Name, w.Host, w.Version, d.config.Version),
				Remedy: "start both from the same program: install it there, then `eisweep drain " + w.Name +
					"` and start the worker again"}
		default:
			continue
		}
		p.Subject = w.Name
		out.Problems = append(out.Problems, p)
	}
}

// silent is the problem of a worker that does not report.
func (d *Diagnoser) silent(w *control.Worker, tasks int) problems.Problem {
	p := problems.Problem{Kind: problems.WorkerSilent, Severity: problems.Warning, Since: w.LastSeen,
		Remedy: "check that its machine is up and reaches NATS; if the worker died, start another one: `eisweep worker`"}
	p.Text = fmt.Sprintf("worker %s (%s) is silent: last heartbeat %s ago", w.Name, w.Host,
		units.Duration(time.Duration(w.LastSeenSeconds*float64(time.Second))))
	if tasks > 0 {
		p.Text += fmt.Sprintf("; after %s without one, others get its %s", units.Duration(d.config.Attempts.SilenceLimit()),
			control.Count(tasks, "task"))
	}
	return p
}

// isReplaced reports whether a worker that no longer reports has a successor on its host.
func isReplaced(w *control.Worker, known []control.Worker) bool {
	if !w.Silent {
		return false
	}
	for i := range known {
		if next := &known[i]; !next.Silent && next.Host == w.Host && next.Since.After(w.LastSeen) {
			return true
		}
	}
	return false
}

// pool lists that no worker takes the tasks that are left. The lock is held.
func (d *Diagnoser) pool(pool workers.Pool, left int, out *problems.Report) {
	if left == 0 || pool.Taking > 0 || pool.Connected == 0 && d.config.MayLackReports() {
		return
	}
	p := problems.Problem{Kind: problems.NoWorker, Severity: problems.Error, Subject: d.config.Root.Path(),
		Remedy: "start one, here or on any machine that shares the root directory: `eisweep worker`"}
	p.Text = fmt.Sprintf("no worker is connected, and %s %s", control.Count(left, "task"), verb(left, "waits", "wait"))
	if pool.Connected > 0 {
		p.Text = fmt.Sprintf("no worker takes tasks (%s), and %s %s", cmp.Or(pool.Reason, "no reason is known"),
			control.Count(left, "task"), verb(left, "waits", "wait"))
	}
	out.Problems = append(out.Problems, p)
}
