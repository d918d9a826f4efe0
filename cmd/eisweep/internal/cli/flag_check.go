package cli

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// CheckFlags rejects flags that are empty, as from an unset shell variable, and a 0 that would mean the absence of the flag:
// the limit or filter that the flag is for would silently not apply. It also rejects negative counts and durations.
func CheckFlags(cmd *cobra.Command) error {
	var faults []error
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if list, ok := f.Value.(pflag.SliceValue); ok {
			for _, value := range list.GetSlice() {
				faults = append(faults, checkFlag(f, value))
			}
			return
		}
		faults = append(faults, checkFlag(f, f.Value.String()))
	})
	return errors.Join(faults...)
}

// maxParallel is more tasks than a machine can run, and more jobs than a cluster.
const maxParallel = 1 << 16

func exceedsMaxParallel(value string) bool {
	n, err := strconv.Atoi(value)
	return err == nil && n > maxParallel
}

func checkFlag(f *pflag.Flag, value string) error {
	switch kind := f.Value.Type(); {
	case value == "":
		return Usagef("--%s is empty: give a value, or omit the option", f.Name)
	case kind == "int" && f.Name != "priority" && (value == "0" && f.DefValue == "0" || strings.HasPrefix(value, "-")):
		return Usagef("--%s %s: give at least 1", f.Name, value)
	case (f.Name == "slots" || f.Name == "workers") && exceedsMaxParallel(value):
		return Usagef("--%s %s: give at most %d", f.Name, value, maxParallel)
	case kind == "duration" && (value == "0s" && f.DefValue == "0s" || strings.HasPrefix(value, "-")):
		return Usagef("--%s %s: give a positive duration, such as 10m", f.Name, value)
	}
	return nil
}

// ChangedFlags returns the flags given on the command line, except some, as --name=value.
func ChangedFlags(cmd *cobra.Command, without ...string) []string {
	var out []string
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if !slices.Contains(without, f.Name) {
			out = append(out, "--"+f.Name+"="+f.Value.String())
		}
	})
	return out
}
