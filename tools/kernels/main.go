// Command kernels writes the assembly of sim/internal/kernel: for each noun a
// file noun_amd64.s with the AVX-512 and AVX2 variants and one
// noun_stubs_amd64.go that declares them. The package's generic code and the
// documentation of each kernel say what the assembly has to compute.
//
// Usage: kernels DIRECTORY, the directory of the package.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

// file is what one pair of generated files holds.
type file struct {
	noun     string
	generate func(c *build.Context)
}

// files are added by each noun's init.
var files []file

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: kernels DIRECTORY")
		os.Exit(2)
	}
	for _, f := range files {
		if err := f.write(os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, "kernels:", err)
			os.Exit(1)
		}
	}
}

func (f *file) write(directory string) error {
	c := build.NewContext()
	f.generate(c)
	program, err := c.Result()
	if err != nil {
		return fmt.Errorf("generate %s: %w", f.noun, err)
	}
	config := printer.Config{Name: "tools/kernels", Pkg: "kernel"}
	var assembly, stubs bytes.Buffer
	passes := pass.Concat(pass.Compile, &pass.Output{Writer: closer{&assembly}, Printer: printer.NewGoAsm(config)},
		&pass.Output{Writer: closer{&stubs}, Printer: printer.NewStubs(config)})
	if err := passes.Execute(program); err != nil {
		return fmt.Errorf("compile %s: %w", f.noun, err)
	}
	if err := checkExtensions(program); err != nil {
		return err
	}
	base := filepath.Join(directory, f.noun)
	if err := os.WriteFile(base+"_amd64.s", assembly.Bytes(), 0o644); err != nil {
		return err
	}
	return os.WriteFile(base+"_stubs_amd64.go", stubs.Bytes(), 0o644)
}

// extensions are what the kernels may ask of a processor, which the package's
// machineHas looks for.
var extensions = map[string][]string{
	"AVX2":   {"SSE", "AVX", "AVX2", "FMA3", "POPCNT"},
	"AVX512": {"SSE", "AVX", "AVX2", "FMA3", "POPCNT", "AVX512F", "AVX512DQ", "AVX512BW", "AVX512VL"},
}

func checkExtensions(program *ir.File) error {
	for _, fn := range program.Functions() {
		at := strings.LastIndex(fn.Name, "AVX")
		if at < 0 {
			return fmt.Errorf("%s: the name tells no extension", fn.Name)
		}
		for _, needed := range fn.ISA {
			if !slices.Contains(extensions[fn.Name[at:]], needed) {
				return fmt.Errorf("%s needs %s", fn.Name, needed)
			}
		}
	}
	return nil
}

// closer lets avo close a buffer.
type closer struct{ *bytes.Buffer }

func (closer) Close() error { return nil }
