package cli

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// CheckFlags refuses options that are given without a value, as an unset variable of a
// shell does, or as a 0 that stands for their absence: what they were to narrow, or to
// bound, would go without. Nothing that is counted or timed is less than that.
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

// maxParallel is more tasks than a machine runs at a time, or a cluster has jobs.
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

// ChangedFlags are the options of a command line but for some.
func ChangedFlags(cmd *cobra.Command, without ...string) []string {
	var out []string
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if !slices.Contains(without, f.Name) {
			out = append(out, "--"+f.Name+"="+f.Value.String())
		}
	})
	return out
}
