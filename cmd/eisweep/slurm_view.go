package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/internal/control"
	"eisweep/internal/root"
	"eisweep/internal/slurm"
)

// slurmView is what Slurm, and a coordinator that has it run workers, tell of a root's
// jobs. The zero value is what there is to tell where there is no Slurm.
type slurmView struct {
	jobs    []slurm.Job
	trouble string // why squeue doesn't tell
	scaled  *control.Scaled
}

// squeueTime is how long a command waits for squeue, which only adds to what it tells.
const squeueTime = 10 * time.Second

// lookAtSlurm asks squeue, where there is one, and the coordinator, if c is not nil.
func lookAtSlurm(ctx context.Context, r *root.Root, c *client.Client) slurmView {
	var v slurmView
	if c != nil {
		ctx, cancel := context.WithTimeout(ctx, client.AnswerTimeout)
		defer cancel()
		if out, err := control.Ask[control.Scaled](ctx, c.Queue, control.VerbScaling, control.Scaling{}); err == nil {
			v.scaled = &out
		}
	}
	site, err := slurm.Find(os.Environ())
	if err != nil {
		return v
	}
	ctx, cancel := context.WithTimeout(ctx, squeueTime)
	defer cancel()
	if v.jobs, err = site.Jobs(ctx, slurm.JobName(r.ID())); err != nil && (v.scaled != nil || !errors.Is(err, slurm.ErrAbsent)) {
		v.trouble = err.Error()
	}
	return v
}

// waiting are the jobs that wait.
func (v *slurmView) waiting() []slurm.Job {
	return slices.DeleteFunc(slices.Clone(v.jobs), func(j slurm.Job) bool { return !j.Pending() })
}

// lines tell of the jobs: how many there are, why they wait in Slurm's words, and why
// none are submitted any more. There are none where there is nothing to tell.
func (v *slurmView) lines() (out []string) {
	waits := v.waiting()
	if runs := len(v.jobs) - len(waits); len(v.jobs) > 0 {
		text := cli.NonZero(len(waits), cli.Plural(len(waits), "job waits", "jobs wait")) + reasonsOf(waits)
		if runs > 0 {
			text = cli.NonZero(runs, cli.Plural(runs, "job runs", "jobs run"))
			if len(waits) > 0 {
				text += fmt.Sprintf(", %d %s%s", len(waits), cli.Plural(len(waits), "waits", "wait"), reasonsOf(waits))
			}
		}
		out = append(out, "Slurm: "+text)
	}
	if v.trouble != "" {
		out = append(out, "Slurm does not list its jobs: "+cli.FirstLine(v.trouble))
	}
	if s := v.scaled; s != nil && s.Stopped != "" {
		out = append(out, "Slurm: the coordinator submits no more jobs: "+s.Stopped+"; once the cause is fixed: eisweep slurm --resume")
	} else if s != nil && s.Error != "" {
		out = append(out, "Slurm: the coordinator's last submission failed and will be repeated: "+s.Error)
	}
	return out
}

// explain adds what there is to tell to why something is not running.
func (v *slurmView) explain(out *control.Explained) {
	out.Details = append(out.Details, v.lines()...)
	if out.State != "queued" && out.State != string(control.Open) {
		return
	}
	switch {
	case v.scaled != nil && v.scaled.Stopped != "":
		out.Remedy = "`eisweep slurm --resume` once the cause is fixed; or start workers yourself: `eisweep worker`"
	case slices.ContainsFunc(v.jobs, func(j slurm.Job) bool { return j.Stuck() }):
		out.Remedy = "Slurm does not start jobs that are pending for such a reason: scancel them and submit others; or start workers yourself: `eisweep worker`"
	case len(v.waiting()) > 0:
		out.Remedy = "Slurm starts the jobs in turn; or start workers yourself: `eisweep worker`"
	}
}

// reasonsOf words why jobs wait, the most frequent reason first.
func reasonsOf(waits []slurm.Job) string {
	if len(waits) == 0 {
		return ""
	}
	number, first := map[string]int{}, map[string]time.Time{}
	for _, j := range waits {
		number[j.Reason]++
		if t := first[j.Reason]; !j.Start.IsZero() && (t.IsZero() || j.Start.Before(t)) {
			first[j.Reason] = j.Start
		}
	}
	reasons := slices.SortedFunc(maps.Keys(number), func(a, b string) int { return cmp.Or(cmp.Compare(number[b], number[a]), -cmp.Compare(a, b)) })
	var out []string
	for _, reason := range reasons {
		text := fmt.Sprintf("%d (%s", number[reason], cmp.Or(strings.Trim(reason, "()"), "no reason yet"))
		if t := first[reason]; !t.IsZero() {
			text += ", the first is expected to start " + clock(t)
		}
		out = append(out, text+")")
	}
	return ": " + strings.Join(out, ", ")
}

// table lists the jobs that wait.
func (v *slurmView) table(e *cli.Env) error {
	waits := v.waiting()
	if len(waits) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "JOB\tSTATE\tREASON\tEXPECTED\tUSER")
	for i, j := range waits {
		if i == jobsShown {
			fmt.Fprintf(t, "… and %d more\t\t\t\t\n", len(waits)-i)
			break
		}
		expected := "-"
		if !j.Start.IsZero() {
			expected = clock(j.Start)
		}
		fmt.Fprintln(t, cli.Row(j.ID, j.State, cmp.Or(strings.Trim(j.Reason, "()"), "-"), expected, j.User))
	}
	return t.Flush()
}

// jobsShown is how many jobs that wait are listed.
const jobsShown = 20
