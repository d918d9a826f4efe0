package main

import (
	"errors"
	"fmt"
	"os"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"sigs.k8s.io/yaml"
)

// definition is what a resource that somebody else defined may be.
type definition struct {
	kind      string
	schema    *schema.Structural
	validator validation.SchemaValidator
}

// define reads the definition of a custom resource.
func define(path string) (*definition, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var given v1.CustomResourceDefinition
	if err := yaml.Unmarshal(text, &given); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(given.Spec.Versions) != 1 {
		return nil, fmt.Errorf("%s: %d versions, want one", path, len(given.Spec.Versions))
	}
	var props apiextensions.JSONSchemaProps
	err = v1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(given.Spec.Versions[0].Schema.OpenAPIV3Schema, &props,
		nil)
	if err != nil {
		return nil, err
	}
	d := &definition{kind: given.Spec.Names.Kind}
	if d.schema, err = schema.NewStructural(&props); err != nil {
		return nil, err
	}
	d.validator, _, err = validation.NewSchemaValidator(&props)
	return d, err
}

// check wants every field to be known and to have a value that it may have.
func (d *definition) check(text []byte) error {
	var object map[string]any
	if err := yaml.Unmarshal(text, &object); err != nil {
		return err
	}
	var unknown error
	for _, path := range pruning.PruneWithOptions(object, d.schema, true, schema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}) {
		unknown = errors.Join(unknown, fmt.Errorf("unknown field %s", path))
	}
	return errors.Join(unknown, validation.ValidateCustomResource(nil, object, d.validator).ToAggregate())
}
