package protocol

import "eisweep/sweeps"

// OpenSweep is a sweep whose tasks workers may take.
type OpenSweep struct {
	Name     string `json:"name"`
	Priority int    `json:"priority"` // higher first
}

// Roster is the list of sweeps whose tasks workers may take.
type Roster struct {
	Sweeps []OpenSweep `json:"sweeps"`
}

func (o *Roster) check() error {
	for _, s := range o.Sweeps {
		if !sweeps.IsName(s.Name) {
			return refuse("sweep %.100q", s.Name)
		}
	}
	return nil
}
