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
		Long: `Print the JSON schema of sweep files. Editors that support JSON schemas for TOML (with
taplo, for example) use it to complete names, show the meaning of parameters, and mark
mistakes. Refer to the schema in the first line of a sweep file:

  #:schema ./sweep.schema.json`,
		Example: `  eisweep schema > sweep.schema.json
  taplo check --schema file://$PWD/sweep.schema.json tuning.toml`,
		Args: cli.AtMost(0, "no argument"),
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
