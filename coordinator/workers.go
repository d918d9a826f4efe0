package coordinator

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"eisweep/internal/control"
	"eisweep/internal/protocol"
)

const (
	silence  = 30 * time.Second // after which a worker counts as silent
	oblivion = 24 * time.Hour   // after which a silent worker is forgotten
	mourning = time.Hour        // after which a worker that ended with an error is forgotten

	// acquaintance is after how long a coordinator has heard from every connected worker: they reconnect within
	// seconds, and report every five.
	acquaintance = 10 * time.Second
)

// workers is the table of workers, from their reports.
type workers struct {
	mu   sync.Mutex
	list map[string]control.Worker
}

// hear handles a worker's report.
func (w *workers) hear(p protocol.Presence, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	reason, ended := strings.CutPrefix(p.State, protocol.GaveUp)
	if ended = ended && p.Gone; ended {
		p.State = "ended: " + reason
	} else if p.Gone {
		delete(w.list, p.Name)
		return
	}
	w.list[p.Name] = control.Worker{Name: p.Name, Host: p.Host, PID: p.PID, Version: p.Version, Slots: p.Slots, Busy: p.Busy,
		Memory: p.Memory, Since: p.Since, Heard: now, State: p.State, Free: p.Free, Refused: p.Refused, Deadline: p.Deadline, Job: p.Job, Done: p.Done, Tasks: tasksOf(p.Attempts), Kernels: p.Kernels, Ended: ended}
}

// known lists the workers by host and name. It forgets those that have been silent, or have ended, for long.
func (w *workers) known(now time.Time) []control.Worker {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := []control.Worker{}
	for name, each := range w.list {
		each.HeardAgo = now.Sub(each.Heard)
		each.Silent = each.Ended || each.HeardAgo > silence
		if each.HeardAgo > oblivion || each.Ended && each.HeardAgo > mourning {
			delete(w.list, name)
			continue
		}
		out = append(out, each)
	}
	slices.SortFunc(out, func(a, b control.Worker) int { return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.Name, b.Name)) })
	return out
}

// Workers lists the workers that were heard from recently.
func (k *Coordinator) Workers() control.Workers {
	return control.Workers{Workers: k.workers.known(time.Now())}
}

// Drain tells the workers of these names, or on these hosts, to hand back what they run and end. Silent workers
// are told as well: they may receive it. Soon after the start, it waits until the workers that are not named
// one by one have reported.
func (k *Coordinator) Drain(ctx context.Context, r control.Drain) (control.Drained, error) {
	out := control.Drained{Workers: []string{}, Unknown: []string{}}
	all := k.workers.known(time.Now())
	if r.All || slices.ContainsFunc(r.Targets, func(target string) bool { return !isName(target, all) }) {
		select {
		case <-k.acquainted:
		case <-ctx.Done():
			return out, ctx.Err()
		}
		all = k.workers.known(time.Now())
	}
	targets := r.Targets
	for _, w := range all {
		if r.All && !w.Silent {
			targets = append(slices.Clip(targets), w.Name)
		}
	}
	for _, target := range targets {
		found := false
		for _, w := range all {
			if w.Ended || w.Name != target && w.Host != target {
				continue
			}
			found = true
			if slices.Contains(out.Workers, w.Name) {
				continue
			}
			if err := k.config.Queue.SendCommand(w.Name, protocol.Command{Verb: protocol.Drain}); err != nil {
				return out, err
			}
			out.Workers = append(out.Workers, w.Name)
		}
		if !found {
			out.Unknown = append(out.Unknown, target)
		}
	}
	return out, nil
}

// isName reports whether a text is the name of one of the workers.
func isName(target string, all []control.Worker) bool {
	return slices.ContainsFunc(all, func(w control.Worker) bool { return w.Name == target })
}
