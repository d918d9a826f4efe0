package slurm

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// reserved are the options of sbatch that a request sets itself, because jobs are counted and found by them.
var reserved = []struct{ long, short, why string }{
	{"--array", "a", "--workers gives the number of jobs"},
	{"--clusters", "M", "jobs are counted on one cluster: SLURM_CLUSTERS=NAME says which, for all commands"},
	{"--help", "h", "it submits nothing"},
	{"--job-name", "J", "jobs are found by their name"},
	{"--parsable", "", "eisweep sets it"},
	{"--test-only", "", "--print shows what would be submitted"},
	{"--usage", "u", "it submits nothing"},
	{"--version", "V", "it submits nothing"},
	{"--wait", "W", "the command returns when the jobs are submitted"},
	{"--wrap", "", "a job runs the worker"},
}

// withValue are the short options that need a value, attached or as the next word.
const withValue = "AabBcCdDeFGiJLmMnNopqStwx"

// withoutValue are the short options that may be followed by further ones: -Qv. The optional values of -k and -s are taken for options
// as well, which refuses too much, but accepts nothing wrong.
const withoutValue = "hHkOQsuvVW"

// longWithValue are the long options that take the next word as their value. Others, and abbreviations, need = before their value.
var longWithValue = strings.Fields(`account acctg-freq batch bb bbf begin chdir cluster-constraint comment constraint container
	container-id core-spec cores-per-socket cpu-freq cpus-per-gpu cpus-per-task deadline delay-boot dependency distribution error
	exclude export export-file extra extra-node-info gid gpu-bind gpu-freq gpus gpus-per-node gpus-per-socket gpus-per-task gres
	gres-flags hint input licenses mail-type mail-user mcs-label mem mem-bind mem-per-cpu mem-per-gpu mincpus network nodefile
	nodelist nodes ntasks ntasks-per-core ntasks-per-gpu ntasks-per-node ntasks-per-socket open-mode output partition power prefer
	priority profile qos reservation signal sockets-per-node switches thread-spec threads-per-core time time-min tmp tres-bind
	tres-per-task uid wait-all-nodes wckey`)

// Check refuses a request that could not be submitted as intended, and text that would end a directive of the script early.
func (r *Request) Check() error {
	if r.Workers < 1 || r.Cores < 1 || r.Time < 0 || r.MemoryPerCore < 0 {
		return errors.New("workers and cores are 1 or more, time and memory above 0")
	}
	for _, text := range []string{r.Name, r.Log, r.Worker} {
		if strings.ContainsFunc(text, unicode.IsControl) {
			return fmt.Errorf("%q has a control character and would become part of the jobs' script", text)
		}
	}
	return CheckOptions(r.Options)
}

// longestOption is in bytes.
const longestOption = 4096

// CheckOptions refuses reserved options, and words that sbatch would misunderstand, such as the name of a script that would run in place
// of the worker.
func CheckOptions(options []string) error {
	for i := 0; i < len(options); i++ {
		option := options[i]
		if len(option) > longestOption {
			return fmt.Errorf("the option %q of sbatch has %d bytes: at most %d", option[:30]+"…", len(option), longestOption)
		}
		if strings.ContainsFunc(option, func(c rune) bool { return unicode.IsControl(c) && c != '\t' }) {
			return fmt.Errorf("the option %q of sbatch has a control character", option)
		}
		if !isOption(option) {
			if i > 0 && isOption(options[i-1]) {
				return fmt.Errorf("%q is not an option of sbatch, which does not take the word after %s as its value: if it is, write %[2]s=%[1]s",
					option, options[i-1])
			}
			return fmt.Errorf("%q is not an option of sbatch", option)
		}
		needs, err := checkOption(option)
		if err != nil {
			return err
		}
		if !needs {
			continue
		}
		i++
		if i == len(options) || strings.HasPrefix(options[i], "-") {
			return fmt.Errorf("the option %s of sbatch has no value", option)
		}
		if strings.ContainsFunc(options[i], func(c rune) bool { return unicode.IsControl(c) && c != '\t' }) {
			return fmt.Errorf("the value %q of sbatch's option %s has a control character", options[i], option)
		}
	}
	return nil
}

func isOption(word string) bool {
	return strings.HasPrefix(word, "-") && strings.Trim(word, "-") != ""
}

// checkOption refuses a reserved option, and reports whether the next word is its value.
func checkOption(option string) (needsValue bool, err error) {
	if strings.HasPrefix(option, "--") {
		name, _, given := strings.Cut(option, "=")
		for _, r := range reserved { // sbatch accepts abbreviations
			if strings.HasPrefix(r.long, name) {
				return false, errReserved(option, r.why)
			}
		}
		return !given && slices.Contains(longWithValue, name[2:]), nil
	}
	for i, letter := range option[1:] {
		for _, r := range reserved {
			if r.short == string(letter) {
				return false, errReserved(option, r.why)
			}
		}
		if strings.ContainsRune(withValue, letter) {
			return i+2 == len(option), nil
		}
		if !strings.ContainsRune(withoutValue, letter) {
			return false, fmt.Errorf("-%c of %s is not an option of sbatch", letter, option)
		}
	}
	return false, nil
}

func errReserved(option, why string) error {
	return fmt.Errorf("the option %s of sbatch is reserved: %s", option, why)
}

// lines joins each option with its value, as a directive has them.
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
