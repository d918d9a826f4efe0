// Package natstest has what tests with NATS need: servers as a site runs them, with any options (Start, Site), the
// embedded server (StartEmbedded), and waiting with a deadline. Only tests import it.
package natstest
