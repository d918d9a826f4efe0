package sweepfiles

import (
	"fmt"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/sweeps/schema"
)

// NewSchemaCommand returns `schema`.
func NewSchemaCommand(e *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON schema of sweep files, for editors",
		Long: `Print the JSON schema of sweep files. Editors that know JSON schemas for TOML (with
taplo, for example) complete names, show what parameters mean, and mark wrong ones.
Name the schema in the first line of a sweep file: #:schema ./sweep.schema.json`,
		Example: `  eisweep schema > sweep.schema.json
  taplo check --schema file://$PWD/sweep.schema.json my.toml`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			text, err := schema.JSON()
			if err != nil {
				return fmt.Errorf("encode the schema: %w", err)
			}
			_, err = e.Stdout.Write(text)
			return err
		},
	}
}
