package daemon

import (
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/coordinator/hooks"
	"eisweep/internal/access"
)

// AddFlags adds the options of `eisweep coordinator`.
func (s *Service) AddFlags(cmd *cobra.Command, e *cli.Env) {
	s.Connection.AddFlags(cmd, e)
	f := cmd.Flags()
	f.StringVar(&s.listen, "listen", "", "listen on `HOST:PORT` (default: all addresses, the previous port or a free one)")
	f.StringVar(&s.advertise, "advertise", "", "`HOST[:PORT]` at which other machines reach this one (default: its name and addresses)")
	f.StringVar(&s.share.Group, "share-group", "", "let members of `GROUP` launch, watch and control sweeps: they may read client.access")
	f.BoolVar(&s.share.Workers, "share-workers", false, "also let members of the group run workers: they may read worker.access")
	f.BoolVar(&s.rotate, "rotate", false, "replace all keys and certificates; the old ones stop working")
	f.StringVar(&s.slurm.Text, "slurm", "", "submit Slurm jobs that run workers: `max=N` at most, "+
		"with cores=, time=, mem-per-core=, idle-timeout=, checkpoint= and, last, setup= as for eisweep slurm")
	f.StringSliceVar(&s.allowHooks, "allow-hooks", nil, "run the hooks that launches request, as this user on this machine: "+
		"`KINDS` is command, webhook or both, separated by a comma (default: none)")
	f.BoolVar(&s.standby, "standby", false, "while another process owns the root, wait, and continue when it ends or is cut off")
	f.DurationVar(&s.ahead, "ahead", defaultAhead, "let the queue keep workers busy for `DURATION` without a coordinator")
	s.http.AddFlags(cmd, "serve a dashboard for the browser, and without authentication /metrics (Prometheus), /healthz and /readyz, "+
		"on `HOST:PORT` (default: off)")
}

// defaultAhead is for how long workers have tasks without a coordinator unless --ahead says otherwise.
const defaultAhead = 10 * time.Minute

// The kinds of hooks that --allow-hooks may name.
const (
	hookCommand = "command"
	hookWebhook = "webhook"
)

// allowedHooks are the kinds of hooks that this coordinator runs. The environment of commands is this process's.
func (s *Service) allowedHooks() hooks.Allowed {
	return hooks.Allowed{Commands: slices.Contains(s.allowHooks, hookCommand), Webhooks: slices.Contains(s.allowHooks, hookWebhook),
		Environment: os.Environ()}
}

// Check refuses wrong options. sbatch are those for Slurm's jobs.
func (s *Service) Check(sbatch []string) error {
	s.slurm.Options = sbatch
	if err := s.Connection.Check(); err != nil {
		return err
	}
	own := s.listen != "" || s.advertise != "" || s.share != (access.Share{}) || s.rotate
	if s.External() && own {
		return cli.Usagef("--listen, --advertise, --share-group, --share-workers and --rotate are for the embedded NATS server, " +
			"which --nats replaces")
	}
	if s.share.Workers && s.share.Group == "" {
		return cli.Usagef("--share-workers needs --share-group GROUP")
	}
	if err := s.share.Check(); err != nil {
		return cli.Usagef("--share-group: %w", err)
	}
	if s.listen != "" {
		if err := checkListen(s.listen); err != nil {
			return err
		}
	}
	if s.advertise != "" {
		if err := checkAdvertise(s.advertise); err != nil {
			return err
		}
	}
	if err := s.http.Check(); err != nil {
		return err
	}
	for _, kind := range s.allowHooks {
		if kind != hookCommand && kind != hookWebhook {
			return cli.Usagef("--allow-hooks %s: the kinds are %s and %s", kind, hookCommand, hookWebhook)
		}
	}
	if s.ahead <= 0 {
		return cli.Usagef("--ahead %v: give a positive time, such as 10m", s.ahead)
	}
	return s.slurm.Check(s.Connection)
}
