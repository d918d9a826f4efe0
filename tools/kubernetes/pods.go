package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/yaml"
)

// pods writes what `podman kube play` takes of the objects into a folder: a file for each workload, with the configuration
// that it needs. Podman doesn't know stateful sets, so each of their pods has a file, as their controller would make it;
// and podman 4.3 spoils secrets, so they are configuration here.
func pods(objects resmap.ResMap, out string) error {
	var configuration bytes.Buffer
	workloads := map[string]any{}
	for _, r := range objects.Resources() {
		text, err := r.AsYAML()
		if err != nil {
			return err
		}
		switch r.GetKind() {
		case "ConfigMap":
			fmt.Fprintf(&configuration, "---\n%s", text)
		case "Secret":
			if text, err = opened(text); err != nil {
				return err
			}
			fmt.Fprintf(&configuration, "---\n%s", text)
		case "Deployment":
			var deployment appsv1.Deployment
			if err := yaml.Unmarshal(text, &deployment); err != nil {
				return err
			}
			fit(&deployment.Spec.Template.Spec)
			workloads[r.GetName()] = deployment
		case "StatefulSet":
			var set appsv1.StatefulSet
			if err := yaml.Unmarshal(text, &set); err != nil {
				return err
			}
			fit(&set.Spec.Template.Spec)
			maps.Copy(workloads, podsOf(&set))
		}
	}
	for name, object := range workloads {
		text, err := json.Marshal(object)
		if err != nil {
			return err
		}
		text = append(append(configuration.Bytes()[:configuration.Len():configuration.Len()], "---\n"...), text...)
		if err := os.WriteFile(filepath.Join(out, name+".yaml"), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// podsOf are the pods of a set, by name, with the claims that are made for each.
func podsOf(set *appsv1.StatefulSet) map[string]any {
	out := map[string]any{}
	for k := range *set.Spec.Replicas {
		name := fmt.Sprintf("%s-%d", set.Name, k)
		pod := &corev1.Pod{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
			ObjectMeta: *set.Spec.Template.ObjectMeta.DeepCopy(),
			Spec:       *set.Spec.Template.Spec.DeepCopy(),
		}
		pod.Name, pod.Spec.Hostname, pod.Spec.Subdomain = name, name, set.Spec.ServiceName
		for _, claim := range set.Spec.VolumeClaimTemplates {
			source := corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: claim.Name + "-" + name}}
			pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: claim.Name, VolumeSource: source})
		}
		out[name] = pod
	}
	return out
}

// opened is a secret as configuration.
func opened(text []byte) ([]byte, error) {
	var secret corev1.Secret
	if err := yaml.Unmarshal(text, &secret); err != nil {
		return nil, err
	}
	configuration := corev1.ConfigMap{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: metav1.ObjectMeta{Name: secret.Name},
		Data:       map[string]string{},
	}
	for name, value := range secret.Data {
		configuration.Data[name] = string(value)
	}
	return yaml.Marshal(configuration)
}

// fit changes what podman 4.3 takes otherwise than Kubernetes: it publishes ports on the host, and probes by programs that
// the images don't have.
func fit(spec *corev1.PodSpec) {
	for i := range spec.Volumes {
		if v := &spec.Volumes[i]; v.Secret != nil {
			reference := corev1.LocalObjectReference{Name: v.Secret.SecretName}
			v.VolumeSource = corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: reference}}
		}
	}
	for i := range spec.Containers {
		c := &spec.Containers[i]
		c.Ports, c.StartupProbe, c.ReadinessProbe, c.LivenessProbe = nil, nil, nil, nil
	}
}
