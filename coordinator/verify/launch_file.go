package verify

import (
	"errors"
	"io/fs"
	"path/filepath"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/records"
	"eisweep/sweeps"
)

// launchFile reports a stored file of the latest launch from which its tasks cannot be known. One that is
// missing is no problem: finished tasks stay done.
func (v *verifier) launchFile() {
	_, err := records.Launched(v.root, v.report.Name)
	var other *records.AlteredError
	file := filepath.Base(v.root.SweepFile(v.report.Name))
	switch {
	case err == nil, errors.Is(err, fs.ErrNotExist):
	case errors.As(err, &other):
		v.problem(file, sweeps.ID{}, "altered", other.Error())
	default:
		v.problem(file, sweeps.ID{}, "unreadable", err.Error()+"; remedy: "+catalog.Remedy(err))
	}
}
