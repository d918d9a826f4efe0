// Command kubernetes does what `kubectl apply -k FOLDER` and the API server behind it do to deploy/kubernetes, short of
// running anything.
//
//	kubernetes build FOLDER   writes the objects that kustomize makes of the folder
//	kubernetes check FOLDER DEFINITION…
//	                          validates each as the API server does that has these definitions of custom resources: no
//	                          unknown field, every rule of its kind; and pods by the Pod Security Standard "restricted"
//	kubernetes pods FOLDER OUT
//	                          writes into the folder OUT what podman kube play takes of them
package main

import (
	"fmt"
	"os"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: kubernetes build FOLDER | check FOLDER DEFINITION… | pods FOLDER OUT")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(what, folder string, more []string) error {
	objects, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		return err
	}
	switch {
	case what == "build" && len(more) == 0:
		return write(objects)
	case what == "check":
		return check(objects, more)
	case what == "pods" && len(more) == 1:
		return pods(objects, more[0])
	}
	return fmt.Errorf("%s with %d arguments: neither build, check nor pods", what, len(more)+1)
}

func write(objects resmap.ResMap) error {
	text, err := objects.AsYaml()
	if err == nil {
		_, err = os.Stdout.Write(text)
	}
	return err
}
