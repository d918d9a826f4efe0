package selection

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/coordinator/catalog"
	"eisweep/internal/control"
	"eisweep/internal/protocol"
	"eisweep/sim"
	"eisweep/sweeps"
)

// TaskFilter selects the tasks of a sweep that match all of its options.
type TaskFilter struct {
	Failed       bool
	Suspect      bool
	class, seeds string
	where, tasks []string
	settings     []sim.Setting // parsed from where
	seedNumbers  []uint32      // parsed from seeds
}

// AddFlags adds the options of the filter.
func (c *TaskFilter) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&c.Failed, "failed", false, "failed tasks")
	f.BoolVar(&c.Suspect, "suspect", false, "tasks that are done, and whose results are suspect")
	f.StringVar(&c.class, "class", "", "tasks that failed with `CLASS`: numeric, invalid, storage, lost or source")
	f.StringArrayVar(&c.where, "where", nil, "tasks with `NAME=VALUE`; repeatable")
	f.StringVar(&c.seeds, "seeds", "", "tasks with `SEEDS`, such as 3,5 or 1-10")
	f.StringArrayVar(&c.tasks, "task", nil, "the task with `ID`, or a unique prefix; repeatable")
	cmd.RegisterFlagCompletionFunc("where", CompleteSettings)
	cmd.RegisterFlagCompletionFunc("class", cli.CompleteWords(ClassNames()...))
}

// IsEmpty reports whether no option is given; every task then matches.
func (c *TaskFilter) IsEmpty() bool {
	return !c.Failed && !c.Suspect && c.class == "" && len(c.where) == 0 && c.seeds == "" && len(c.tasks) == 0
}

// Parse validates the options.
func (c *TaskFilter) Parse() (err error) {
	if c.class != "" && !slices.Contains(ClassNames(), c.class) {
		return cli.Usagef("unknown class %q: give one of %s", c.class, strings.Join(ClassNames(), ", "))
	}
	if c.seeds != "" {
		if c.seedNumbers, err = sweeps.ParseSeeds(c.seeds); err != nil {
			return cli.Usagef("--seeds %s: %w", c.seeds, err)
		}
	}
	for _, text := range c.where {
		setting, err := sweeps.ParseSetting(text)
		if err != nil {
			return cli.Usagef("--where %s: %w", text, err)
		}
		if slices.ContainsFunc(c.settings, func(s sim.Setting) bool { return s.Name == setting.Name }) {
			return cli.Usagef("--where %s: %s is given twice", text, setting.Name)
		}
		c.settings = append(c.settings, setting)
	}
	return nil
}

// Request is the filter in the form of a request to the coordinator.
func (c *TaskFilter) Request() control.Choice {
	return control.Choice{Failed: c.Failed, Suspect: c.Suspect, Class: c.class, Seeds: c.seedNumbers, Tasks: c.tasks,
		Where: Values(c.settings)}
}

// Values maps settings by name.
func Values(settings []sim.Setting) map[string]string {
	out := map[string]string{}
	for _, s := range settings {
		out[s.Name] = s.Value.String()
	}
	return out
}

// ClassNames returns the names of all failure classes.
func ClassNames() []string {
	var out []string
	for _, c := range protocol.Classes() {
		out = append(out, string(c))
	}
	return out
}

// CompleteIDs expands unique prefixes of ids to whole ids.
func (c *TaskFilter) CompleteIDs(status *catalog.SweepStatus) error {
	for n, part := range c.tasks {
		var found []string
		for i := range status.Tasks {
			if id := status.Tasks[i].Task.ID.String(); strings.HasPrefix(id, part) {
				found = append(found, id)
			}
		}
		switch len(found) {
		case 0:
			return cli.Usagef("--task %s: %s has no such task; see `eisweep tasks %s`", part, status.Sweep.Name(), status.Sweep.Name())
		case 1:
			c.tasks[n] = found[0]
		default:
			return cli.Usagef("--task %s matches the ids of %d tasks: give more characters", part, len(found))
		}
	}
	return nil
}
