package main

import (
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/apps"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	corev1conversion "k8s.io/kubernetes/pkg/apis/core/v1"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/apis/networking"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	networkingvalidation "k8s.io/kubernetes/pkg/apis/networking/validation"
	"k8s.io/kubernetes/pkg/apis/policy"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	policyvalidation "k8s.io/kubernetes/pkg/apis/policy/validation"
	"k8s.io/pod-security-admission/api"
	admission "k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
)

// check validates every object and names each that the API server would refuse.
func check(objects resmap.ResMap, definitions []string) error {
	defined := map[string]*definition{}
	for _, path := range definitions {
		d, err := define(path)
		if err != nil {
			return err
		}
		defined[d.kind] = d
	}
	decoder := serializer.NewCodecFactory(legacyscheme.Scheme, serializer.EnableStrict).UniversalDecoder()
	var refused []error
	for _, r := range objects.Resources() {
		if err := checkOne(decoder, defined, r); err != nil {
			refused = append(refused, fmt.Errorf("%s %s: %w", r.GetKind(), r.GetName(), err))
			continue
		}
		fmt.Printf("%s %s\n", r.GetKind(), r.GetName())
	}
	return errors.Join(refused...)
}

func checkOne(decoder runtime.Decoder, defined map[string]*definition, r *resource.Resource) error {
	text, err := r.AsYAML()
	if err != nil {
		return err
	}
	if d := defined[r.GetKind()]; d != nil {
		return d.check(text)
	}
	o, _, err := decoder.Decode(text, nil, nil)
	if err != nil {
		return err
	}
	if named, ok := o.(metav1.Object); ok {
		named.SetNamespace(metav1.NamespaceDefault)
	}
	return validate(o)
}

// validate is what the API server does with an object of a kind.
func validate(o runtime.Object) error {
	var errs field.ErrorList
	switch o := o.(type) {
	case *apps.Deployment:
		errs = appsvalidation.ValidateDeployment(o, corevalidation.PodValidationOptions{})
		return errors.Join(errs.ToAggregate(), restricted(&o.Spec.Template))
	case *apps.StatefulSet:
		errs = appsvalidation.ValidateStatefulSet(o, corevalidation.PodValidationOptions{})
		return errors.Join(errs.ToAggregate(), restricted(&o.Spec.Template))
	case *core.Namespace:
		o.Namespace = ""
		errs = corevalidation.ValidateNamespace(o)
	case *core.Service:
		o.Spec.ClusterIPs = nil
		if o.Spec.ClusterIP != "" { // as the server fills it in before
			o.Spec.ClusterIPs = []string{o.Spec.ClusterIP}
		}
		errs = corevalidation.ValidateServiceCreate(o)
	case *core.ConfigMap:
		errs = corevalidation.ValidateConfigMap(o)
	case *core.Secret:
		errs = corevalidation.ValidateSecret(o)
	case *core.PersistentVolumeClaim:
		errs = corevalidation.ValidatePersistentVolumeClaim(o, corevalidation.PersistentVolumeClaimSpecValidationOptions{})
	case *networking.NetworkPolicy:
		errs = networkingvalidation.ValidateNetworkPolicy(o, networkingvalidation.NetworkPolicyValidationOptions{})
	case *policy.PodDisruptionBudget:
		errs = policyvalidation.ValidatePodDisruptionBudget(o, policyvalidation.PodDisruptionBudgetValidationOptions{})
	default:
		return fmt.Errorf("no validation is known for %T", o)
	}
	return errs.ToAggregate()
}

// restricted holds pods against the strictest of the Pod Security Standards.
func restricted(template *core.PodTemplateSpec) error {
	var pod corev1.PodTemplateSpec
	if err := corev1conversion.Convert_core_PodTemplateSpec_To_v1_PodTemplateSpec(template, &pod, nil); err != nil {
		return err
	}
	evaluator, err := admission.NewEvaluator(admission.DefaultChecks())
	if err != nil {
		return err
	}
	results := evaluator.EvaluatePod(api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}, &pod.ObjectMeta, &pod.Spec)
	if all := admission.AggregateCheckResults(results); !all.Allowed {
		return fmt.Errorf("pods are not restricted: %s", all.ForbiddenDetail())
	}
	return nil
}
