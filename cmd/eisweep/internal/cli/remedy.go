package cli

import (
	"errors"
	"slices"

	"eisweep/internal/advice"
	"eisweep/internal/manifest"
)

// Remedy returns what to do about a storage error, or "" if that is not known or part of the error.
func Remedy(err error) string {
	if errors.Is(err, manifest.ErrDamaged) {
		return ""
	}
	return advice.For(err)
}

// textWithRemedy is the text of an error, with a remedy if storage is the cause.
func textWithRemedy(err error) string {
	text := ErrorText(err)
	if text == "" || ExitCode(err) != ExitStorage {
		return text
	}
	var remedies []string
	for _, e := range Leaves(err) {
		if remedy := Remedy(e); remedy != "" && !slices.Contains(remedies, remedy) {
			remedies = append(remedies, remedy)
		}
	}
	for _, remedy := range remedies {
		text += "\nremedy: " + remedy
	}
	return text
}
