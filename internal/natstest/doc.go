// Package natstest runs NATS servers for tests, as a site runs them: with any options, and apart from
// package natsserver. Only tests import it.
package natstest
