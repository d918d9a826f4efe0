package selection

import (
	"errors"
	"io/fs"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/coordinator/records"
	"eisweep/sweeps"
	"eisweep/sweeps/shipped"
)

// named returns the sweep of a name: as the root has it, else the one that ships. -e and --as begin with the one that ships.
func (s *Sweeps) named(e *cli.Env, name string) (*sweeps.Sweep, error) {
	text, unshipped := shipped.Read(name)
	if s.experiment == "" && (s.as == "" || unshipped != nil) {
		launched, err := s.launched(e, name)
		if err != nil {
			return nil, err
		}
		if launched != nil {
			if ships, err := sweeps.Parse(name+".toml", text); unshipped == nil && err == nil && string(ships.TOML()) != string(launched.TOML()) {
				e.Notef("%s: as last launched, which differs from the sweep that ships", name)
			}
			return launched, nil
		}
	}
	if unshipped != nil {
		return nil, cli.Usagef("%w, and the root has no sweep of that name%s", unshipped, nearbyFileHint(name))
	}
	return sweeps.Parse(name+".toml", text)
}

// launched returns the sweep of a name as it was last launched under the root; nil if it never was, or has lost its file.
func (s *Sweeps) launched(e *cli.Env, name string) (*sweeps.Sweep, error) {
	r := s.Root.OpenQuietly(e)
	if r == nil || !sweeps.IsName(name) {
		return nil, nil // who opens the root next reports what is wrong with it
	}
	launched, err := records.Launched(r, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return launched, err
}
