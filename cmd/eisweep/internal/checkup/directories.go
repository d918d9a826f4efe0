package checkup

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/coordinator"
	"eisweep/coordinator/catalog"
	"eisweep/coordinator/diagnosis"
	"eisweep/coordinator/hooks"
	"eisweep/coordinator/records"
	"eisweep/internal/control"
	"eisweep/internal/lease"
	"eisweep/internal/problems"
	"eisweep/internal/root"
)

// unfinished are the tasks that sweeps have left, and that no process runs.
type unfinished struct {
	sweeps []string
	tasks  int
	open   bool // one of the sweeps is not paused
}

// readOthers adds the problems of sweeps that the report does not cover, from their directories, and those of sweeps whose directories
// are gone. alone says that no coordinator answers.
func readOthers(ctx context.Context, e *cli.Env, r *root.Root, report *problems.Report, alone bool) (left unfinished, err error) {
	names, err := r.Sweeps()
	if err != nil {
		return left, err
	}
	x, err := catalog.Lazy(r)
	if err != nil {
		return left, err
	}
	examined := make(map[string]bool, len(report.Sweeps))
	for _, name := range report.Sweeps {
		examined[name] = true
	}
	for _, name := range names {
		if examined[name] {
			continue
		}
		if err := ctx.Err(); err != nil {
			return left, err
		}
		n, status := readSweep(ctx, r, x, name, report)
		if n > 0 && status == control.Paused {
			var since time.Time
			if record, err := records.Read(r, name); err == nil {
				since = record.Paused
			}
			report.Problems = append(report.Problems, diagnosis.Paused(name, n, since))
		}
		switch {
		case n == 0 || status == control.Cancelled:
		case alone:
			left.sweeps, left.tasks = append(left.sweeps, name), left.tasks+n
			left.open = left.open || status != control.Paused
		case status == control.Paused:
		default:
			report.Problems = append(report.Problems, problems.Problem{Kind: problems.SweepUnfinished, Severity: problems.Hint, Subject: name,
				Text:   fmt.Sprintf("sweep %s has %s left, and the coordinator does not run it", name, cli.Count(n, "task")),
				Remedy: fmt.Sprintf("`eisweep launch %s%s`, or `eisweep cancel` to give it up", name, e.Flags())})
		}
	}
	gone, _, err := selection.GoneSweeps(r)
	for _, name := range gone {
		if examined[name] {
			continue
		}
		missing := selection.GoneSweep(r, name)
		report.Problems = append(report.Problems, problems.Problem{Kind: problems.SweepGone, Severity: problems.Error, Subject: name,
			Text: missing.Error(), Remedy: missing.Remedy()})
	}
	return left, err
}

// readSweep adds the problems of one sweep, and returns how many tasks it has left.
func readSweep(ctx context.Context, r *root.Root, x *catalog.Catalog, name string, report *problems.Report) (
	left int, status control.Status,
) {
	if n, ok := records.ReadSettled(r, name); ok {
		report.Problems = append(report.Problems, diagnosis.OfSettled(name, &n)...)
		return 0, control.Finished
	}
	var found *catalog.SweepStatus
	prober, err := cli.NewProber()
	if err == nil {
		found, err = x.ReadKept(ctx, prober, name)
	}
	if _, e := records.Read(r, name); err == nil && e != nil && !records.IsAbsent(r, e) {
		err = e // whether it is paused or cancelled is not known then
	}
	if err != nil {
		report.Problems = append(report.Problems, problems.Problem{Kind: problems.SweepUnreadable, Severity: problems.Error, Subject: name,
			Text: "sweep " + name + " cannot be read: " + err.Error(), Remedy: cmp.Or(cli.Remedy(err), "repair what the message names")})
		return 0, ""
	}
	s := coordinator.SummarizeStatus(r, name, found)
	if s.Status != control.Cancelled {
		report.Problems = append(report.Problems, diagnosis.OfSummary(&s)...)
	}
	return s.Tasks - s.Done - s.Failed, s.Status
}

// addAbsent adds that no coordinator answers, if that is a problem, and what a coordinator would have measured.
func addAbsent(e *cli.Env, r *root.Root, absent *client.AbsentError, left unfinished, report *problems.Report) {
	var disk unix.Statfs_t
	if unix.Statfs(r.Path(), &disk) == nil && report.Sweeps == nil {
		if p, ok := diagnosis.OfDisk(r.Path(), disk.Bavail*uint64(disk.Bsize), disk.Blocks*uint64(disk.Bsize)); ok {
			report.Problems = append(report.Problems, p)
		}
	}
	if report.Sweeps == nil {
		report.Problems = append(report.Problems, hooks.LeftBehind(r)...)
	}
	p := problems.Problem{Kind: problems.NoCoordinator, Severity: problems.Critical, Subject: r.Path()}
	last, heard := lease.LastHeard(r)
	p.Since = heard
	switch h := absent.Holder; {
	case client.IsStopped(h) && absent.HasRun():
		p.Text = fmt.Sprintf("`%s` (process %d on %s) is stopped by SIGSTOP", h.Command, h.PID, h.Host)
		p.Remedy = fmt.Sprintf("continue it with `kill -CONT %d`", h.PID)
	case absent.HasRun():
		return // it runs what is left, or the next `run` does
	case absent.HasCoordinator(), absent.IsElsewhere(), absent.IsStorage():
		p.Text, p.Remedy = absent.Summary(), absent.Remedy()
	case left.open, left.tasks > 0 && last.PID != 0: // paused sweeps whose coordinator was stopped are at rest
		p.Text = fmt.Sprintf("%s, and %s of %s %s unfinished", absent.Summary(), cli.Count(left.tasks, "task"),
			cli.Enumerate(shortened(left.sweeps)), cli.Plural(left.tasks, "is", "are"))
		if last.PID != 0 {
			p.Text += fmt.Sprintf("; `%s` (process %d on %s) is gone: it was last heard at %s", last.Command, last.PID, last.Host,
				heard.Local().Format(time.DateTime))
		}
		p.Remedy = absent.Remedy() + fmt.Sprintf("; or run a sweep on this machine: eisweep run %s%s", left.sweeps[0], e.RootFlag)
	default:
		return
	}
	report.Problems = append(report.Problems, p)
}

// maxNamed is the largest number of sweeps that a text names.
const maxNamed = 5

func shortened(names []string) []string {
	if more := len(names) - maxNamed; more > 0 {
		return append(slices.Clone(names[:maxNamed]), fmt.Sprintf("%d more", more))
	}
	return names
}
