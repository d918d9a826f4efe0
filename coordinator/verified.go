package coordinator

import "eisweep/internal/control"

// Told is the report as it is told to people.
func (r *Report) Told() control.Verified {
	out := control.Verified{}
	for _, s := range r.Sweeps {
		told := control.VerifiedSweep{Name: s.Name, Sound: s.Sound, Rebuilt: s.Rebuilt, Gone: s.Gone}
		for _, p := range s.Problems {
			told.Problems = append(told.Problems, control.Problem{File: p.File, ID: p.ID, Kind: p.Kind, Detail: p.Detail, Again: p.Again})
		}
		out.Sweeps = append(out.Sweeps, told)
	}
	return out
}
