// The command web builds the dashboard's page: it bundles the TypeScript of web/src with its libraries into the files that the
// program embeds.
//
//	go -C tools run ./web DIRECTORY
//
// The same sources give the same bytes on any machine. The libraries must be in web/node_modules (tools/web-packages).
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go -C tools run ./web DIRECTORY")
		os.Exit(2)
	}
	out, err := filepath.Abs(os.Args[1])
	if err == nil {
		err = build("../web", out)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "web:", err)
		os.Exit(1)
	}
}

// copied are the files that are embedded as they are.
var copied = []string{"index.html", "favicon.svg"}

func build(web, out string) error {
	if _, err := os.Stat(filepath.Join(web, "node_modules")); err != nil {
		return fmt.Errorf("%w; fetch the page's libraries first: tools/web-packages", err)
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	if err := bundle(web, out); err != nil {
		return err
	}
	for _, name := range copied {
		text, err := os.ReadFile(filepath.Join(web, "src", name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(out, name), text, 0o644); err != nil {
			return err
		}
	}
	notices, err := licences(web)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "notices.txt"), []byte(notices), 0o644)
}

// bundle writes app.js, and app.css with all styles.
func bundle(web, out string) error {
	directory, err := filepath.Abs(web)
	if err != nil {
		return err
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir:       directory,
		EntryPointsAdvanced: []api.EntryPoint{{InputPath: "src/main.tsx", OutputPath: "app"}},
		Outdir:              out,
		Bundle:              true,
		Format:              api.FormatESModule,
		Target:              api.ES2022,
		JSX:                 api.JSXAutomatic,
		JSXImportSource:     "preact",
		MinifySyntax:        true,
		MinifyWhitespace:    true,
		MinifyIdentifiers:   true,
		LegalComments:       api.LegalCommentsNone, // notices.txt has them
		Charset:             api.CharsetUTF8,
	})
	if len(result.Errors) > 0 {
		return fmt.Errorf("%s", strings.Join(api.FormatMessages(result.Errors, api.FormatMessagesOptions{}), ""))
	}
	for _, file := range result.OutputFiles {
		if err := os.WriteFile(file.Path, file.Contents, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// licences are the notices of the libraries in the bundle, which their licences require to be shipped with it.
func licences(web string) (string, error) {
	var all strings.Builder
	for _, library := range []string{"preact", "uplot"} {
		text, err := os.ReadFile(filepath.Join(web, "node_modules", library, "LICENSE"))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&all, "The dashboard contains %s:\n\n%s\n\n", library, strings.TrimSpace(string(text)))
	}
	return all.String(), nil
}
