package hooks

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"eisweep/internal/control"
	"eisweep/internal/problems"
	"eisweep/internal/root"
)

// Problems lists the deliveries that failed, or that this coordinator may not make. It never waits for storage.
func (k *Keeper) Problems() []problems.Problem { return slices.Clone(*k.listed.Load()) }

// listProblems finds out what Problems lists. The caller has the lock, and calls it whenever that may have changed.
func (k *Keeper) listProblems() {
	out := unreadable(k.config.Root, k.unread)
	for _, f := range k.files {
		for _, d := range f.Deliveries {
			if p, ok := d.problem(); ok {
				out = append(out, p)
			} else if !k.allows(d) {
				p.Text += " waits: this coordinator was started without the --allow-hooks that it needs"
				p.Remedy = "start the coordinator with --allow-hooks, or launch the sweep again without the hook"
				out = append(out, p)
			}
		}
	}
	k.listed.Store(&out)
}

// LeftBehind lists the deliveries that failed, or were not made, in a root that nobody works on. What this user may not read is left out.
func LeftBehind(r *root.Root) (out []problems.Problem) {
	files, unread := read(r)
	maps.DeleteFunc(unread, func(_ string, err error) bool { return errors.Is(err, fs.ErrPermission) && !r.Writable() })
	out = unreadable(r, unread)
	for _, f := range files {
		for _, d := range f.Deliveries {
			p, ok := d.problem()
			if !ok {
				p.Text += " waits for a coordinator, or a run"
				p.Remedy = "the next one delivers it"
			}
			out = append(out, p)
		}
	}
	return out
}

// unreadable lists the hooks that do not run because their files cannot be read.
func unreadable(r *root.Root, unread map[string]error) (out []problems.Problem) {
	for sweep, err := range unread {
		p := problems.Problem{Kind: problems.HookFailed, Severity: problems.Warning, Subject: sweep,
			Text:   fmt.Sprintf("the hooks of sweep %s do not run, because they cannot be read: %v", sweep, err),
			Remedy: fmt.Sprintf("repair %s and start the coordinator again, or launch the sweep again with its hooks", pathOf(r, sweep))}
		if sweep == "" {
			p.Subject = r.Private(directory)
			p.Text = fmt.Sprintf("no hooks of earlier launches run, because they cannot be read: %v", err)
			p.Remedy = fmt.Sprintf("repair %s and start the coordinator again", p.Subject)
		}
		out = append(out, p)
	}
	return out
}

// problem is that a delivery failed; not ok if it has not, and then without the rest of the text and a remedy.
func (d *delivery) problem() (p problems.Problem, ok bool) {
	p = problems.Problem{Kind: problems.HookFailed, Severity: problems.Warning, Subject: d.Notice.Sweep, Since: d.FailedAt,
		Text: fmt.Sprintf("the %s of sweep %s (%s)", d.name(), d.Notice.Sweep, d.Notice.Event)}
	switch {
	case d.Over:
		p.Text += " failed: " + d.Error
		p.Remedy = "repair it, and do by hand what it should have done; this problem disappears with the next launch of the sweep"
	case d.Error != "":
		p.Text += fmt.Sprintf(" was not accepted in %s: %s", control.Count(d.Attempts, "attempt"), d.Error)
		p.Remedy = "repair the receiver; eisweep sends the webhook again by itself"
	default:
		return p, false
	}
	return p, true
}
