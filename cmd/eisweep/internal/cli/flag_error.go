package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"eisweep/sim"
)

// FlagError is the error of flags that cannot be parsed: it suggests the flag that was meant, or says what values the flag takes.
func FlagError(cmd *cobra.Command, err error) error {
	help := fmt.Sprintf("run `%s --help` for a list of options", cmd.CommandPath())
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "" {
		if near := nearestFlag(cmd, unknown.GetSpecifiedName()); near != "" {
			return Usagef("%s; did you mean --%s? %s", err.Error(), near, help)
		}
	}
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		if legal := legalValues(invalid.GetFlag().Value.Type()); legal != "" {
			return Usagef("--%s %s: give %s; %s", invalid.GetFlag().Name, invalid.GetValue(), legal, help)
		}
	}
	return Usagef("%s; %s", err.Error(), help)
}

func nearestFlag(cmd *cobra.Command, name string) string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	return sim.Nearest(name, names)
}

// legalValues describes the values of a type of flags, or is "" where the error of its values does.
func legalValues(kind string) string {
	switch kind {
	case "int":
		return "a whole number"
	case "duration":
		return "a duration with its unit, such as 90s, 10m or 1h30m"
	case "bool":
		return "true or false"
	}
	return ""
}
