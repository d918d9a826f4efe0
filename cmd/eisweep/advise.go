package main

import (
	"errors"
	"slices"

	"eisweep/internal/advice"
	"eisweep/internal/manifest"
)

// advise says what to do about an error of storage; "" where that isn't known, or the error
// says it itself.
func advise(err error) string {
	if errors.Is(err, manifest.ErrDamaged) {
		return ""
	}
	return advice.For(err)
}

// advised is an error's text with what to do about it, if storage is its cause.
func advised(err error) string {
	text := errorText(err)
	if text == "" || exitCode(err) != exitStorage {
		return text
	}
	var told []string
	for _, e := range leaves(err) {
		if remedy := advise(e); remedy != "" && !slices.Contains(told, remedy) {
			told = append(told, remedy)
		}
	}
	for _, remedy := range told {
		text += "\nremedy: " + remedy
	}
	return text
}
