package telemetry

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// Standby is the process of a coordinator that stands by: it is alive, and not ready.
type Standby struct{ Version string }

var errStandingBy = errors.New("it stands by for the present owner of the root")

// Alive implements Process.
func (Standby) Alive() error { return nil }

// Ready implements Process.
func (Standby) Ready() error { return errStandingBy }

// Registry returns the metrics of a standby: those of any process, and that it is one.
func (s Standby) Registry() *prometheus.Registry {
	r := newRegistry(s.Version)
	r.MustRegister(standbyGauge(1))
	return r
}

func standbyGauge(value float64) prometheus.Gauge {
	g := prometheus.NewGauge(prometheus.GaugeOpts{Name: "eisweep_standby", Help: "1 while the coordinator stands by, 0 while it serves."})
	g.Set(value)
	return g
}
