package cli

import (
	"errors"
	"slices"

	"eisweep/internal/advice"
	"eisweep/internal/manifest"
)

// Remedy says what to do about an error of storage; "" where that isn't known, or the error
// says it itself.
func Remedy(err error) string {
	if errors.Is(err, manifest.ErrDamaged) {
		return ""
	}
	return advice.For(err)
}

// textWithRemedy is an error's text with what to do about it, if storage is its cause.
func textWithRemedy(err error) string {
	text := ErrorText(err)
	if text == "" || ExitCode(err) != ExitStorage {
		return text
	}
	var told []string
	for _, e := range Leaves(err) {
		if remedy := Remedy(e); remedy != "" && !slices.Contains(told, remedy) {
			told = append(told, remedy)
		}
	}
	for _, remedy := range told {
		text += "\nremedy: " + remedy
	}
	return text
}
