package daemon

import (
	"net"
	"net/url"
	"os"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/internal/control"
)

// NewDashboardCommand makes `eisweep dashboard`.
func NewDashboardCommand(e *cli.Env) *cobra.Command {
	var choice selection.Root
	var c client.Connection
	var read, asJSON bool
	cmd := &cobra.Command{
		Use:   "dashboard",
		Short: "Print a link to the coordinator's dashboard",
		Long: `Print a link to the dashboard of the root's coordinator, which must run with --http. Open
the link in a browser within an hour; it works once. A link made with --read shows
everything, but cannot pause, cancel or rerun anything.

If the coordinator listens on localhost of another machine, forward its port with ssh; the
command prints how.`,
		Example: `  eisweep dashboard
  eisweep dashboard --read`,
		Args: cli.AtMost(0, "no argument"),
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := choice.Announce(e)
			if err != nil {
				return err
			}
			cl, err := client.Connect(cmd.Context(), e, path, &c)
			if err != nil {
				return err
			}
			defer cl.Close()
			out, err := client.Ask[control.DashboardLink](cmd.Context(), cl, control.VerbDashboard, control.Dashboard{Read: read})
			if err != nil {
				return err
			}
			if asJSON {
				return e.Encoder().Encode(out)
			}
			e.Linef("%s", out.Link)
			noteAccess(e, &out, cl.Pong.Host)
			return nil
		},
	}
	choice.AddFlag(cmd)
	c.AddFlags(cmd, e)
	cmd.Flags().BoolVar(&read, "read", false, "print a link that cannot control anything")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write one JSON object")
	return cmd
}

// noteAccess notes how to reach a dashboard from elsewhere, and by what to recognize its certificate.
func noteAccess(e *cli.Env, l *control.DashboardLink, host string) {
	own, err := os.Hostname()
	if at, parsed := url.Parse(l.Link); parsed == nil && l.Loopback && (err != nil || own != host) {
		if _, port, err := net.SplitHostPort(at.Host); err == nil {
			e.Notef("only %s reaches this address; from another machine, forward its port first: ssh -L %s:localhost:%s %s", host, port, port, host)
		}
	}
	if l.Fingerprint != "" {
		e.Notef("the browser does not know the certificate, which the coordinator made; its SHA-256 is %s", l.Fingerprint)
	}
}
