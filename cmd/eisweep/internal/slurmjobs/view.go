package slurmjobs

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

// View is what Slurm, and a coordinator that submits jobs, report on a root's jobs. The zero value is that of a machine without
// Slurm.
type View struct {
	jobs   []slurm.Job
	err    string // why squeue failed
	scaled *control.Scaled
}

// squeueTimeout is how long a command waits for squeue, which only adds details to its output.
const squeueTimeout = 10 * time.Second

// Look asks squeue, if there is one, and the coordinator, if c is not nil.
func Look(ctx context.Context, r *root.Root, c *client.Client) View {
	var v View
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
	ctx, cancel := context.WithTimeout(ctx, squeueTimeout)
	defer cancel()
	if v.jobs, err = site.Jobs(ctx, slurm.JobName(r.ID())); err != nil && (v.scaled != nil || !errors.Is(err, slurm.ErrAbsent)) {
		v.err = err.Error()
	}
	return v
}

// pending are the pending jobs.
func (v *View) pending() []slurm.Job {
	return slices.DeleteFunc(slices.Clone(v.jobs), func(j slurm.Job) bool { return !j.Pending() })
}

// Lines describe the jobs: how many there are, why they are pending, and why none are submitted any more. There are no lines if there is
// nothing to report.
func (v *View) Lines() (out []string) {
	pending := v.pending()
	if runs := len(v.jobs) - len(pending); len(v.jobs) > 0 {
		text := cli.NonZero(len(pending), cli.Plural(len(pending), "job waits", "jobs wait")) + reasonsOf(pending)
		if runs > 0 {
			text = cli.NonZero(runs, cli.Plural(runs, "job runs", "jobs run"))
			if len(pending) > 0 {
				text += fmt.Sprintf(", %d %s%s", len(pending), cli.Plural(len(pending), "waits", "wait"), reasonsOf(pending))
			}
		}
		out = append(out, "Slurm: "+text)
	}
	if v.err != "" {
		out = append(out, "Slurm does not list its jobs: "+cli.FirstLine(v.err))
	}
	if s := v.scaled; s != nil && s.Stopped != "" {
		out = append(out, "Slurm: the coordinator submits no more jobs: "+s.Stopped+"; once the cause is fixed: eisweep slurm --resume")
	} else if s != nil && s.Error != "" {
		out = append(out, "Slurm: the coordinator's last submission failed and will be repeated: "+s.Error)
	}
	return out
}

// Explain adds what is known about jobs to the reason why something is not running.
func (v *View) Explain(out *control.Explained) {
	out.Details = append(out.Details, v.Lines()...)
	if out.State != "pending" && out.State != string(control.Open) {
		return
	}
	switch {
	case v.scaled != nil && v.scaled.Stopped != "":
		out.Remedy = "`eisweep slurm --resume` once the cause is fixed; or start workers yourself: `eisweep worker`"
	case slices.ContainsFunc(v.jobs, func(j slurm.Job) bool { return j.Stuck() }):
		out.Remedy = "Slurm does not start jobs that are pending for such a reason: scancel them and submit others; or start workers yourself: " +
			"`eisweep worker`"
	case len(v.pending()) > 0:
		out.Remedy = "Slurm starts the jobs in turn; or start workers yourself: `eisweep worker`"
	}
}

// reasonsOf describes why jobs are pending, the most frequent reason first.
func reasonsOf(pending []slurm.Job) string {
	if len(pending) == 0 {
		return ""
	}
	number, first := map[string]int{}, map[string]time.Time{}
	for _, j := range pending {
		number[j.Reason]++
		if t := first[j.Reason]; !j.Start.IsZero() && (t.IsZero() || j.Start.Before(t)) {
			first[j.Reason] = j.Start
		}
	}
	reasons := slices.SortedFunc(maps.Keys(number), func(a, b string) int {
		return cmp.Or(cmp.Compare(number[b], number[a]), -cmp.Compare(a, b))
	})
	var out []string
	for _, reason := range reasons {
		text := fmt.Sprintf("%d (%s", number[reason], cmp.Or(strings.Trim(reason, "()"), "no reason yet"))
		if t := first[reason]; !t.IsZero() {
			text += ", the first is expected to start " + cli.Clock(t)
		}
		out = append(out, text+")")
	}
	return ": " + strings.Join(out, ", ")
}

// WriteTable lists the pending jobs.
func (v *View) WriteTable(e *cli.Env) error {
	pending := v.pending()
	if len(pending) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "JOB\tSTATE\tREASON\tEXPECTED\tUSER")
	for i, j := range pending {
		if i == maxListed {
			fmt.Fprintf(t, "… and %d more\t\t\t\t\n", len(pending)-i)
			break
		}
		expected := "-"
		if !j.Start.IsZero() {
			expected = cli.Clock(j.Start)
		}
		fmt.Fprintln(t, cli.Row(j.ID, j.State, cmp.Or(strings.Trim(j.Reason, "()"), "-"), expected, j.User))
	}
	return t.Flush()
}

// maxListed is how many pending jobs are listed.
const maxListed = 20
