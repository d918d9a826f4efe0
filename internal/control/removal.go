package control

import (
	"fmt"
	"time"
)

// VerbRemove asks to remove sweeps from the root: Remove, Removed. VerbRename asks to rename one: Rename, RemovedSweep.
const (
	VerbRemove = "remove"
	VerbRename = "rename"
)

// Rename gives a sweep another name. With Dry, it is only found out what depends on the old one.
type Rename struct {
	Sweep string `json:"sweep"`
	To    string `json:"to"`
	Dry   bool   `json:"dry"`
}

// Remove names the sweeps to remove. With Dry, it is only found out what that would do.
type Remove struct {
	Sweeps []string `json:"sweeps"`
	Dry    bool     `json:"dry"`
	// Archived says where the only sweep went; nil if it goes nowhere.
	Archived *Archived `json:"archived,omitempty"`
}

func (r *Remove) check() error {
	if len(r.Sweeps) > maxSweeps {
		return fmt.Errorf("it names %d sweeps, at most %d are possible", len(r.Sweeps), maxSweeps)
	}
	if r.Archived != nil && len(r.Sweeps) != 1 {
		return fmt.Errorf("it archives %d sweeps at once", len(r.Sweeps))
	}
	return nil
}

// Archived is the note that is left of a sweep that was archived.
type Archived struct {
	File     string    `json:"file"` // absolute, on Host
	Host     string    `json:"host"`
	User     string    `json:"user,omitempty"` // who archived it, as that process said
	SHA256   string    `json:"sha256"`         // of the file, hex
	Bytes    int64     `json:"bytes"`
	Results  int       `json:"results"`
	At       time.Time `json:"at"`
	Manifest string    `json:"manifest_sha256"` // of the manifest when it was packed: if it has changed, the sweep stays
}

// Removed is what became of the sweeps, or would.
type Removed struct {
	Sweeps []RemovedSweep `json:"sweeps"`
}

// RemovedSweep is one of them.
type RemovedSweep struct {
	Name    string `json:"name"`
	Status  Status `json:"status"`  // "" where no coordinator has launched it
	Results int    `json:"results"` // result files, with superseded ones
	Bytes   int64  `json:"bytes"`   // of all its files
	Shared  int    `json:"shared"`  // of the results: other sweeps have them too, and keep them
	Hooks   int    `json:"hooks"`   // that have not been delivered, and are dropped
	// Dependents are the PERTURB sweeps that start from its networks, and sweeps of which that cannot be found out.
	Dependents []Dependent `json:"dependents"`
}

// Dependent is a sweep that may need another one.
type Dependent struct {
	Name   string `json:"name"`
	Status Status `json:"status"`          // as of RemovedSweep
	Error  string `json:"error,omitempty"` // why its file cannot be read
}
