package slurm

import (
	"errors"
	"fmt"
	"strings"
)

// reserved are the options of sbatch that a request needs for itself: by them jobs are
// counted and found again.
var reserved = []struct{ long, short, why string }{
	{"--array", "-a", "how many jobs there are is said by --workers"},
	{"--clusters", "-M", "jobs are counted on one cluster: SLURM_CLUSTERS=NAME says which, for all commands"},
	{"--job-name", "-J", "jobs are found by their name"},
	{"--parsable", "", "its answer is read already"},
	{"--test-only", "", "--print shows what would be submitted"},
	{"--wait", "-W", "the command returns when the jobs are submitted"},
	{"--wrap", "", "what a job runs is the worker"},
}

// Check refuses what could not be submitted as it is meant.
func (r *Request) Check() error {
	if r.Workers < 1 || r.Cores < 1 || r.Time < 0 || r.MemoryPerCore < 0 {
		return errors.New("workers and cores are 1 or more, time and memory above 0")
	}
	before := ""
	for _, option := range r.Options {
		if why := reservedFor(option); why != "" {
			return fmt.Errorf("the option %s of sbatch is not free: %s", option, why)
		}
		if strings.ContainsAny(option, "\n\r\x00") {
			return fmt.Errorf("the option %q of sbatch has more than one line", option)
		}
		// What is no value would be taken for a script that runs in place of the worker.
		if !isOption(option) && (!isOption(before) || strings.Contains(before, "=")) {
			return fmt.Errorf("%q is no option of sbatch", option)
		}
		before = option
	}
	return nil
}

func isOption(word string) bool { return strings.HasPrefix(word, "-") && word != "--" }

// reservedFor says why an option is not free; "" if it is. Sbatch takes the start of a
// long option's name for the whole.
func reservedFor(option string) string {
	name, _, _ := strings.Cut(option, "=")
	for _, r := range reserved {
		long := strings.HasPrefix(name, "--") && len(name) > 2 && strings.HasPrefix(r.long, name)
		if long || r.short != "" && strings.HasPrefix(name, r.short) {
			return r.why
		}
	}
	return ""
}

// lines are options as directives have them: with their values, one to a line.
func lines(options []string) (out []string) {
	for _, option := range options {
		if word := inDirective(option); isOption(option) || len(out) == 0 {
			out = append(out, word)
		} else {
			out[len(out)-1] += " " + word
		}
	}
	return out
}

// inDirective quotes an option for a line that begins with #SBATCH.
func inDirective(option string) string {
	if option != "" && !strings.ContainsAny(option, " \t#'\"\\") {
		return option
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(option) + `"`
}
