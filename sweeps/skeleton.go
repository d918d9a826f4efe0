package sweeps

import (
	"iter"

	"eisweep/sim"
)

func Parse(name string, text []byte) (*Sweep, error)    { panic("to come") }
func Shipped() []string                                 { panic("to come") }
func ReadShipped(name string) ([]byte, error)           { panic("to come") }
func (s *Sweep) With(o Overrides) (*Sweep, error)       { panic("to come") }
func (s *Sweep) TOML() []byte                           { panic("to come") }
func (s *Sweep) Expand(lib Library) (*Expansion, error) { panic("to come") }
func (e *Expansion) Len() int                           { panic("to come") }
func (e *Expansion) All() iter.Seq[Task]                { panic("to come") }
func (s *Sweep) Replace(r Replacement) (*Sweep, error)  { panic("to come") }
func ParseSeeds(text string) ([]uint32, error)          { panic("to come") }
func ParseSetting(text string) (sim.Setting, error)     { panic("to come") }

type Overrides struct {
	Name            string
	Settings        []sim.Setting
	Seeds, AddSeeds []uint32
	Source          string
	Experiment      sim.Experiment
}

type Replacement struct {
	Tasks    []ID
	Settings []sim.Setting
}

type Expansion struct{}

type Faults struct{}

func (f *Faults) Error() string { panic("to come") }
